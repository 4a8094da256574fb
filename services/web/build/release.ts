import { basename, extname } from "node:path";
import type { Release } from "../client/offline/release.ts";
import type { ClientFile } from "./bundle.ts";

interface ReleaseParts {
  /** The page's HTML. */
  readonly page: string;
  /** The module that starts the app. */
  readonly script: string;
  readonly bundled: readonly ClientFile[];
  /** Served as they are, under names that stay. */
  readonly icons: readonly ClientFile[];
}

/** What the page names, what that names, and so on; and the icons that the page or its manifest shows. */
export function releaseOf({ page, script, bundled, icons }: ReleaseParts): Release {
  const shown = icons.filter(({ path }) => SHOWN.has(extname(path)));
  const files = [...namedFrom(page, bundled), ...shown].sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = new Bun.CryptoHasher("sha256").update(page);
  for (const { path, bytes } of files) hash.update(path).update(bytes);
  return { key: hash.digest("hex").slice(0, 16), files: files.map(({ path }) => path), script };
}

const SHOWN = new Set([".svg", ".png", ".webmanifest"]);
const TEXTS = new Set([".js", ".css"]);

/** A name holds a hash of what it names, so where it occurs it is meant. */
function namedFrom(page: string, files: readonly ClientFile[]): readonly ClientFile[] {
  const found = new Set<ClientFile>();
  const texts = [page];
  for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
    for (const file of files) {
      if (found.has(file) || extname(file.path) === ".map") continue;
      if (!text.includes(basename(file.path))) continue;
      found.add(file);
      if (TEXTS.has(extname(file.path))) texts.push(Buffer.from(file.bytes).toString());
    }
  }
  return [...found];
}
