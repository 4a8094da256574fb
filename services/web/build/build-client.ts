import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { BUILT, type BuiltClient, type BuiltFile } from "./built-client.ts";
import { ASSETS, appNames, bundle, bundleWorker, type ClientFile } from "./bundle.ts";
import { pageHtml } from "./page-html.ts";
import { releaseOf } from "./release.ts";
import { sourceKey } from "./source-key.ts";

/** How hard to compress: `quick` while somebody waits for a page, `best` for an image. */
export type Effort = "quick" | "best";

const brotliQuality: Readonly<Record<Effort, number>> = { quick: 4, best: 11 };
const gzipLevel: Readonly<Record<Effort, 1 | 9>> = { quick: 1, best: 9 };

const web = resolve(import.meta.dir, "..");
const repository = resolve(web, "../..");

/**
 * Builds the client into `folder`, which appears whole or not at all: whoever builds the same at the
 * same time wins or loses by one rename, and both have what they need.
 */
export async function buildClient(folder: string, effort: Effort): Promise<void> {
  const key = sourceKey(repository);
  const client = join(web, "client");
  const { apps, theme, files: bundled } = await bundle(client);
  const pages = appNames.map((name) => ({
    path: `/${name}.html`,
    bytes: new Uint8Array(Buffer.from(pageHtml(name, apps[name], theme))),
  }));
  const page = pageHtml("customer", apps.customer, theme);
  const release = releaseOf({ page, script: apps.customer.script, bundled, icons: publicFiles() });
  const worker = await bundleWorker(client, release);
  const unfinished = `${folder}.${process.pid}.unfinished`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const files = [...bundled, ...worker, ...pages, ...publicFiles()].map((file) =>
      writeFile(unfinished, file, effort),
    );
    const built: BuiltClient = {
      key,
      pages: { customer: "/customer.html", console: "/console.html" },
      files,
    };
    writeFileSync(join(unfinished, BUILT), `${JSON.stringify(built, null, 2)}\n`);
    putInPlace(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Files that are served as they are: icons, the manifest. */
function publicFiles(): ClientFile[] {
  const folder = join(web, "public");
  return readdirSync(folder).map((name) => ({
    path: `/${name}`,
    bytes: new Uint8Array(Buffer.from(Bun.mmap(join(folder, name)))),
  }));
}

function writeFile(folder: string, { path, bytes }: ClientFile, effort: Effort): BuiltFile {
  const type = typeOf(path);
  const name = path.slice(1).replaceAll("/", "-");
  const write = (suffix: string, content: Uint8Array) => {
    writeFileSync(join(folder, `${name}${suffix}`), content);
    return `${name}${suffix}`;
  };
  const compressed = isText(type)
    ? {
        br: brotliCompressSync(bytes, {
          params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality[effort] },
        }),
        gzip: gzipSync(bytes, { level: gzipLevel[effort] }),
      }
    : undefined;
  return {
    path,
    type,
    immutable: path.startsWith(ASSETS),
    etag: `W/"${new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 32)}"`,
    forms: {
      identity: write("", bytes),
      ...(compressed && compressed.br.byteLength < bytes.byteLength
        ? { br: write(".br", compressed.br) }
        : {}),
      ...(compressed && compressed.gzip.byteLength < bytes.byteLength
        ? { gzip: write(".gz", compressed.gzip) }
        : {}),
    },
  };
}

/** A folder that another process put there meanwhile holds the same. */
function putInPlace(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    const there = readdirSync(dirname(folder)).includes(basename(folder));
    if (!there) throw error;
  }
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

function typeOf(path: string): string {
  const type = types[extname(path)];
  if (type === undefined) throw new Error(`nobody said of which type ${path} is`);
  return type;
}

/** What gets smaller; source maps are for people with time. */
const isText = (type: string) => /^text\/|manifest\+json$|svg\+xml$/.test(type);

if (import.meta.main) {
  const [folder, effort] = Bun.argv.slice(2);
  if (folder === undefined) throw new Error("say into which folder: build-client.ts FOLDER [best]");
  await buildClient(resolve(folder), effort === "best" ? "best" : "quick");
}
