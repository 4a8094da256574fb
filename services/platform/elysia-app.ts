import { type AnyElysia, Elysia, ParseError, ValidationError } from "elysia";
import { type AccessTable, requireAccess, routeName } from "./auth-rules.ts";
import { commonAccess } from "./common-access.ts";
import { Refusal } from "./errors.ts";
import type { FetchHandler } from "./http.ts";
import { invalidJson, readJsonBody } from "./json-body.ts";
import { problemOf, problemResponse, problems } from "./problem.ts";
import { contextOf, setContext } from "./request-context.ts";

/**
 * The Elysia instance that a service mounts its routes on. Whatever a route throws
 * becomes the problem that the rest of the service would give: Elysia by itself
 * shows the messages of faults and echoes input.
 *
 * A route answers only whom its rule in `access` lets in, before its body is read; the operator API
 * brings its own rules. A route without a rule fails.
 *
 * A route's `body` is the parsed object, or `null` where none was sent. What needs
 * the bytes themselves is a handler of its own, beside the app.
 *
 * ```ts
 * const app = httpApp(ordersAccess).use(orderRoutes({ db }));
 * serveHttp({ handlers: [rpc, elysiaHandler(app)], … });
 * ```
 */
export function httpApp(access: AccessTable) {
  const rules: AccessTable = { ...access, ...commonAccess };
  const requireRule = ({
    request,
    route,
  }: {
    readonly request: Request;
    readonly route: string;
  }) => {
    const context = contextOf(request);
    context.noteRoute(route);
    const name = routeName(request.method, route);
    const rule = rules[name];
    if (rule === undefined) throw new Error(`nobody stated who may call ${name}`);
    requireAccess(rule, context);
  };
  // Elysia otherwise looks for the path too late in the url of a host like `api` or `x`.
  const app = new Elysia({ handler: { standardHostname: false } });
  return (
    app
      // Elysia reads hooks: one that passed its context on would be given cookies, headers and all.
      .onParse({ as: "global" }, async ({ request, route }) => {
        requireRule({ request, route });
        return (await readJsonBody(request)) ?? null;
      })
      // Again, because a route that wants no body is not parsed.
      .onTransform({ as: "global" }, requireRule)
      .onTransform({ as: "global" }, ({ request, params, query }) => {
        // Only an escape can decode to nothing or to a NUL.
        if (!request.url.includes("%")) return;
        refuseUnreadableQuery(request.url);
        for (const [name, value] of Object.entries({ ...query, ...params })) {
          if (value === null || String(value).includes("\0")) throw invalid(name);
        }
      })
      .onError({ as: "global" }, ({ error, code, request, path }) => {
        if (code === "NOT_FOUND") return unknownRoute(app, path);
        const thrown = thrownBy(error);
        contextOf(request).noteFault(thrown);
        return problemResponse(problemOf(thrown));
      })
  );
}

/** Elysia would leave an escape that is no UTF-8 as it stands, and search for its text. */
function refuseUnreadableQuery(url: string): void {
  const start = url.indexOf("?");
  if (start === -1) return;
  for (const pair of url.slice(start + 1).split("&")) {
    const [name = "", ...value] = pair.split("=");
    const known = decoded(name);
    if (known === undefined) throw invalid("query");
    if (decoded(value.join("=")) === undefined) throw invalid(known);
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined; // Whoever asks says what is wrong with it.
  }
}

/** Makes the app the last handler of a server: it answers whatever is asked. */
export function elysiaHandler(app: AnyElysia): FetchHandler {
  return (request) => app.fetch(request.method === "HEAD" ? asGet(request) : request);
}

/**
 * Bun leaves the body of an answer to HEAD out, and ends a stream. Elysia would read it to its end
 * to measure it: a stream has none, and would be read for as long as it goes on.
 */
function asGet(request: Request): Request {
  const get = new Request(request, { method: "GET" });
  setContext(get, contextOf(request));
  return get;
}

/** Elysia wraps what its parsers and schemas throw. */
function thrownBy(error: unknown): unknown {
  if (error instanceof ValidationError) return refusalOf(error);
  return error instanceof ParseError ? error.cause : error;
}

function unknownRoute(app: AnyElysia, path: string): Response {
  const methods = app.routes
    .filter((route) => matches(route.path, path))
    .map(({ method }) => method);
  const known = [...new Set(methods)].toSorted();
  return problemResponse(known.length > 0 ? problems.methodNotAllowed(known) : problems.notFound);
}

function matches(pattern: string, path: string): boolean {
  const wanted = segmentsOf(pattern);
  const given = segmentsOf(path);
  return (
    wanted.length === given.length &&
    wanted.every((segment, at) => segment.startsWith(":") || segment === given[at])
  );
}

function segmentsOf(path: string): readonly string[] {
  return path.replace(/\/$/, "").split("/");
}

/** The first thing a schema found wrong, in its own words. */
function refusalOf(error: ValidationError): Refusal {
  const [first] = error.all;
  if (error.type === "params" || error.type === "query") return invalid(nameOf(first));
  // The parser gives an object, or null where none was sent.
  if (error.type === "body" && error.value === null) return invalidJson(error);
  const message = first && "message" in first ? first.message : undefined;
  return new Refusal("invalid", "invalid_request", message ?? "invalid request", { cause: error });
}

function nameOf(issue: ValidationError["all"][number] | undefined): string {
  const path: unknown = issue && "path" in issue ? issue.path : undefined;
  if (Array.isArray(path)) return path.join(".");
  return typeof path === "string" ? path.replace(/^\//, "") : "request";
}

function invalid(name: string): Refusal {
  return new Refusal("invalid", `invalid_${name.toLowerCase()}`, `invalid ${name}`);
}
