/** A path and its query, as they were sent. */
export interface Asked {
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
}

/** Names and texts that a service decodes by itself; the slash in one is part of it. */
const FREE_TEXT = /^\/events\/name\/[^/]+$/;

/**
 * The path that a request asks for, exactly as it is handed on: the runtime has resolved `..` and
 * `\` before. Undefined for one that two readers could read differently: an empty segment, an
 * encoded slash or dot, a control character, an escape that is none.
 */
export function askedPath(url: string): Asked | undefined {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  if (start === -1) return { path: "/", query: "" };
  const [whole = ""] = url.slice(start).split("#");
  const mark = whole.indexOf("?");
  const path = mark === -1 ? whole : whole.slice(0, mark);
  const query = mark === -1 ? "" : whole.slice(mark);
  return isPlain(path) ? { path, query } : undefined;
}

function isPlain(path: string): boolean {
  if (path.includes("//") || path.includes("\\")) return false;
  const text = decoded(path);
  if (text === undefined || hasControls(text)) return false;
  if (path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) return false;
  return FREE_TEXT.test(path) || !/%(?:2f|5c)/i.test(path);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // Whoever asks refuses it.
  }
}

function hasControls(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\u007f");
}
