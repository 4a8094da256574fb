import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuiltFile, type Encoding, encodings } from "../build/built-client.ts";
import type { AppName } from "../build/bundle.ts";
import type { PresentClient } from "../build/present-client.ts";
import { contentPolicy, pageHeaders } from "./page-headers.ts";

/** The built client, held in memory and ready to be sent. */
export interface StaticFiles {
  /** A file by its path, or undefined where there is none. */
  answer(request: Request, path: string): Response | undefined;
  page(request: Request, app: AppName): Response;
}

interface Held {
  readonly file: BuiltFile;
  readonly forms: Readonly<Partial<Record<Encoding, Uint8Array<ArrayBuffer>>>>;
  readonly headers: Readonly<Record<string, string>>;
}

const IMMUTABLE = "public, max-age=31536000, immutable";

export function staticFiles({ folder, built }: PresentClient): StaticFiles {
  const files = new Map(built.files.map((file) => [file.path, held(folder, file)]));
  const pages = {
    customer: pageIn(files, built.pages.customer),
    console: pageIn(files, built.pages.console),
  };
  for (const { file } of Object.values(pages)) files.delete(file.path);
  return {
    answer: (request, path) => {
      const found = files.get(path);
      return found && send(request, found);
    },
    page: (request, app) => send(request, pages[app]),
  };
}

function held(folder: string, file: BuiltFile): Held {
  const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
  const { identity, br, gzip } = file.forms;
  return {
    file,
    forms: {
      identity: read(identity),
      ...(br !== undefined && { br: read(br) }),
      ...(gzip !== undefined && { gzip: read(gzip) }),
    },
    headers: {
      "content-type": file.type,
      "cache-control": file.immutable ? IMMUTABLE : "no-cache",
      etag: file.etag,
      vary: "accept-encoding",
      ...(isWorker(file) && { "content-security-policy": contentPolicy }),
    },
  };
}

/** A worker lives by the policy of its own file: it may fetch what pages may. */
const isWorker = ({ immutable, type }: BuiltFile) =>
  !immutable && type.startsWith("text/javascript");

function pageIn(files: ReadonlyMap<string, Held>, path: string): Held {
  const found = files.get(path);
  if (found === undefined) throw new Error(`the built client has no ${path}`);
  return { ...found, headers: { ...found.headers, ...pageHeaders } };
}

function send({ method, headers }: Request, { file, forms, headers: own }: Held): Response {
  if (method !== "GET" && method !== "HEAD") return new Response(null, notAllowed);
  if (isKnown(headers.get("if-none-match"), file.etag))
    return new Response(null, { status: 304, headers: own });
  const encoding = encodings.find(
    (one) => forms[one] !== undefined && accepts(headers.get("accept-encoding"), one),
  );
  const sent = encoding ?? "identity";
  const encoded = sent === "identity" ? own : { ...own, "content-encoding": sent };
  return new Response(forms[sent], { headers: encoded });
}

const notAllowed = { status: 405, headers: { allow: "GET, HEAD" } };

/** Whether the sender's copy is the same; weak and strong marks of one content are equal here. */
function isKnown(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const bare = (mark: string) => mark.trim().replace(/^W\//, "");
  return header.split(",").some((mark) => mark.trim() === "*" || bare(mark) === bare(etag));
}

/** Whether the sender takes a form. What is refused by `q=0` is not sent, nor what is not named. */
function accepts(header: string | null, encoding: Encoding): boolean {
  if (encoding === "identity") return true;
  const named = (header ?? "").split(",").map((part) => part.trim().toLowerCase().split(";"));
  const found = named.find(([name]) => name?.trim() === encoding);
  return found !== undefined && !/^\s*q=0(?:\.0*)?\s*$/.test(found[1] ?? "");
}
