import { join } from "node:path";
import type { BuildOutput } from "bun";
import type { Release } from "../client/offline/release.ts";

/** One file as it leaves the bundler or the folder of public files. */
export interface ClientFile {
  /** Under which it is asked for. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the page of one app has to name. */
export interface BundledApp {
  /** The module that starts it. */
  readonly script: string;
  readonly styles: readonly string[];
  /** What its script imports at once, so that a browser need not find out step by step. */
  readonly preloads: readonly string[];
}

export interface Bundle {
  readonly apps: Readonly<Record<AppName, BundledApp>>;
  /** The classic script that chooses the theme before the first paint. */
  readonly theme: string;
  readonly files: readonly ClientFile[];
}

export const appNames = ["customer", "console"] as const;

/** Each is a folder of the client with a `main.tsx`. */
export type AppName = (typeof appNames)[number];

/** Names below it hold the hash of what they name. */
export const ASSETS = "/assets/";

const common = {
  target: "browser",
  // Said here, because an image has no tsconfig.json.
  jsx: { runtime: "automatic", importSource: "react", development: false },
  minify: true,
  sourcemap: "linked",
  publicPath: ASSETS,
  // React decides by it what it carries; pages are the same in development and in production.
  define: { "process.env.NODE_ENV": '"production"' },
  env: "disable",
  throw: true,
} as const;

/**
 * Bundles the apps of the folder `client` together, so that what they share is one file for both.
 * Throws an `AggregateError` that names what does not compile.
 */
export async function bundle(client: string): Promise<Bundle> {
  const [apps, theme] = await Promise.all([
    Bun.build({
      ...common,
      entrypoints: appNames.map((name) => join(client, name, "main.tsx")),
      root: client,
      splitting: true,
      metafile: true,
      naming: {
        entry: "[dir]-[hash].[ext]",
        chunk: "[name]-[hash].[ext]",
        asset: "[name]-[hash].[ext]",
      },
    }),
    Bun.build({
      ...common,
      entrypoints: [join(client, "theme.ts")],
      format: "iife",
      naming: "[name]-[hash].[ext]",
    }),
  ]);
  return {
    apps: { customer: appIn(apps, "customer"), console: appIn(apps, "console") },
    theme: pathOf(theme.outputs.find(({ kind }) => kind === "entry-point")?.path ?? ""),
    files: [...(await filesOf(apps, ASSETS)), ...(await filesOf(theme, ASSETS))],
  };
}

/**
 * Bundles the service worker of one release, which it is told in place of its constant `RELEASE`. It
 * has to stand at the root of what it serves, under a name that never changes.
 */
export async function bundleWorker(client: string, release: Release): Promise<ClientFile[]> {
  const worker = await Bun.build({
    ...common,
    entrypoints: [join(client, "service-worker.ts")],
    format: "iife",
    naming: "[name].[ext]",
    publicPath: "/",
    define: { ...common.define, RELEASE: JSON.stringify(release) },
  });
  return filesOf(worker, "/");
}

function appIn({ metafile }: BuildOutput, name: AppName): BundledApp {
  const outputs = metafile?.outputs ?? {};
  const found = Object.entries(outputs).find(
    ([path, { entryPoint }]) =>
      path.endsWith(".js") && entryPoint?.endsWith(`${name}/main.tsx`) === true,
  );
  if (found === undefined) throw new Error(`the bundler made nothing of ${name}/main.tsx`);
  const [script, { cssBundle }] = found;
  const preloads = new Set<string>();
  const open = [script];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
      if (kind !== "import-statement" || preloads.has(imported)) continue;
      preloads.add(imported);
      open.push(imported);
    }
  }
  return {
    script: pathOf(script),
    styles: cssBundle === undefined ? [] : [pathOf(cssBundle)],
    preloads: [...preloads].map(pathOf),
  };
}

const pathOf = (output: string) => `${ASSETS}${output.replace(/^\.\//, "")}`;

async function filesOf({ outputs }: BuildOutput, below: string): Promise<ClientFile[]> {
  return Promise.all(
    outputs.map(async (output) => ({
      path: `${below}${output.path.replace(/^\.\//, "")}`,
      bytes: new Uint8Array(await output.arrayBuffer()),
    })),
  );
}
