import { signInFirst } from "@app/platform/auth.ts";
import { invalidToken, presentedToken } from "@app/platform/auth-cookie.ts";
import type { FetchHandler } from "@app/platform/http.ts";
import { problems } from "@app/platform/problem.ts";
import { problemAnswer } from "@app/platform/problem-answer.ts";
import { contextOf } from "@app/platform/request-context.ts";
import { type Asked, askedPath } from "./asked-path.ts";
import { isTls } from "./forwarded-headers.ts";
import { appAt, wantsPage } from "./navigation.ts";
import { strictTransport } from "./page-headers.ts";
import { problemPage } from "./problem-pages.ts";
import type { Onward, ServiceProxy } from "./proxy.ts";
import { type Way, wayOf } from "./routes.ts";
import type { StaticFiles } from "./static-files.ts";

/** Answers every request of the one origin: with a page, a file, or what a service answers. */
export function gateway({
  files,
  proxy,
}: {
  files: StaticFiles;
  proxy: ServiceProxy;
}): FetchHandler {
  return async (request) => {
    const response = await answer(request, { files, proxy });
    if (isTls(request)) response.headers.set("strict-transport-security", strictTransport);
    return response;
  };
}

function answer(
  request: Request,
  { files, proxy }: { files: StaticFiles; proxy: ServiceProxy },
): Response | Promise<Response> {
  const asked = askedPath(request.url);
  if (asked === undefined || !HOST.test(request.headers.get("host") ?? ""))
    return problemAnswer(request, problems.invalidUrl);
  const problem = problemPage(request, asked.path);
  if (problem !== undefined) {
    contextOf(request).noteRoute("problem");
    return problem;
  }
  if (wantsPage(request, asked)) {
    contextOf(request).noteRoute("page");
    return files.page(request, appAt(asked));
  }
  const way = wayOf(asked.path);
  if (way === undefined) return fileAt(request, asked, files);
  const methods = way.own ? readOnly : handedOn;
  if (!methods.includes(request.method))
    return problemAnswer(request, problems.methodNotAllowed(methods));
  contextOf(request).noteRoute(way.route);
  return proxy.forward(request, onward(request, way, asked));
}

function fileAt(request: Request, { path }: Asked, files: StaticFiles): Response {
  const file = files.answer(request, path);
  if (file === undefined) return problemAnswer(request, problems.notFound);
  contextOf(request).noteRoute("file");
  // A page has dozens, and what matters is that somebody opened it.
  contextOf(request).keepQuiet();
  return file;
}

/** One name or address, and a port: of two nobody could say which of them a proof of origin names. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

const handedOn = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const readOnly = ["GET", "HEAD"];

/** What is asked of the service; of a caller's own things, those of whom the token names. */
function onward(request: Request, { service, path, own }: Way, { query }: Asked): Onward {
  if (!own) return { service, path, query };
  const wanted = new URLSearchParams(query);
  wanted.set("userId", subjectOf(request));
  return { service, path, query: `?${wanted}` };
}

/**
 * Whom the caller's token names. It is not verified here, and need not be: the service behind
 * verifies it, and shows nobody but its owner what belongs to whom it names.
 */
function subjectOf(request: Request): string {
  const token = presentedToken(request);
  if (token === undefined) throw signInFirst();
  const subject = claimOf(token);
  if (subject === undefined) throw invalidToken();
  return subject;
}

function claimOf(token: string): string | undefined {
  const [, payload = ""] = token.split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    const subject =
      typeof claims === "object" && claims && "sub" in claims ? claims.sub : undefined;
    return typeof subject === "string" && subject !== "" ? subject : undefined;
  } catch {
    return undefined; // Whoever asks refuses it.
  }
}
