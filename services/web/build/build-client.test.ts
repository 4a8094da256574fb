import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { BUILT, BuiltClient, type BuiltFile } from "./built-client.ts";
import { bundle } from "./bundle.ts";

const PROGRAM = join(import.meta.dir, "build-client.ts");
const FIRST_PAGE_BYTES_MAX = 200 * 1024;

let folder: string;
let built: BuiltClient;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "web-build-"));
  expect(await build(join(folder, "one"), "best")).toEqual({ code: 0, said: "" });
  built = BuiltClient.parse(JSON.parse(readFileSync(join(folder, "one", BUILT), "utf8")));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the built client", () => {
  test("has pages that name what is there, and hold no script and no style themselves", () => {
    for (const path of Object.values(built.pages)) {
      const html = text(fileAt(path));
      const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, at = ""]) => at);

      expect(named.length).toBeGreaterThan(2);
      for (const at of named) expect(fileAt(at).path).toBe(at);
      expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=/);
    }
  });

  test("keeps the names of what may be kept for ever apart from its content's", () => {
    const kept = built.files.filter(({ immutable }) => immutable);

    expect(kept.length).toBeGreaterThan(2);
    for (const { path } of kept) expect(path).toMatch(/^\/assets\/.+-[0-9a-z]{8}\.\w+(?:\.map)?$/);
    for (const { path } of built.files.filter(({ immutable }) => !immutable))
      expect(path).not.toStartWith("/assets/");
  });

  test("holds the same in each form", () => {
    for (const file of built.files) {
      const { identity, br, gzip } = file.forms;
      const bytes = read(identity);
      if (br) expect(brotliDecompressSync(read(br)).equals(bytes)).toBe(true);
      if (gzip) expect(gunzipSync(read(gzip)).equals(bytes)).toBe(true);
    }
  });

  test(`loads the customer's first page with less than ${FIRST_PAGE_BYTES_MAX} bytes of script`, () => {
    const html = text(fileAt(built.pages.customer));
    const scripts = [...html.matchAll(/"(\/assets\/[^"]+\.js)"/g)].map(([, at = ""]) => at);
    const bytes = scripts.map((at) => {
      const { br, identity } = fileAt(at).forms;
      return read(br ?? identity).byteLength;
    });

    expect(scripts.length).toBeGreaterThan(1);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(FIRST_PAGE_BYTES_MAX);
  });

  test("has a worker that knows every file of the customer's app, and none of the console's", () => {
    const worker = fileAt("/service-worker.js");
    const known = [...text(worker).matchAll(/"(\/[\w./-]+\.\w+)"/g)].map(([, at = ""]) => at);
    const pages = known.map(fileAt).filter(({ type }) => type.startsWith("text/javascript"));

    expect(worker.immutable).toBe(false);
    expect(known).toContain("/manifest.webmanifest");
    expect(known.filter((at) => at.startsWith("/assets/customer"))).not.toEqual([]);
    expect(known.filter((at) => /console|\.map$/.test(at))).toEqual([]);
    for (const name of ["booking-page", "bookings-page", "menu-page"])
      expect(pages.filter(({ path }) => path.includes(`/${name}-`))).toHaveLength(1);
  });

  test("is whole when several build it at once", async () => {
    const ends = await Promise.all([1, 2, 3].map(() => build(join(folder, "shared"), "quick")));

    expect(ends).toEqual(Array(3).fill({ code: 0, said: "" }));
    expect(readdirSync(join(folder, "shared"))).toContain(BUILT);
    expect(readdirSync(folder).filter((name) => name.includes("unfinished"))).toEqual([]);
  }, 60_000);
});

test("a client that does not compile is said to be so, and where", async () => {
  const client = join(folder, "broken");
  for (const app of ["customer", "console"]) {
    mkdirSync(join(client, app), { recursive: true });
    writeFileSync(join(client, app, "main.tsx"), "export const a = 1;");
  }
  writeFileSync(join(client, "theme.ts"), "export const a = 1;");
  writeFileSync(join(client, "console", "main.tsx"), "export const a = ;");

  const failure = await bundle(client).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(AggregateError);
  expect(Bun.inspect(failure)).toContain("console/main.tsx");
});

async function build(into: string, effort: string): Promise<{ code: number; said: string }> {
  const building = Bun.spawn([process.execPath, PROGRAM, into, effort], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(building.stderr).text();
  return { code: await building.exited, said };
}

function fileAt(path: string): BuiltFile {
  const found = built.files.find((file) => file.path === path);
  if (found === undefined) throw new Error(`${path} is named and is not there`);
  return found;
}

const read = (name: string) => readFileSync(join(folder, "one", name));
const text = ({ forms }: BuiltFile) => read(forms.identity).toString();
