import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { textOrStandIn } from "./installation.ts";
import { type Manifest, rendered } from "./kustomization.ts";
import { root } from "./repository.ts";

const manifests = ["production", "secrets", "backup"].flatMap((overlay) =>
  rendered(`deploy/kubernetes/${overlay}`, textOrStandIn),
);
/** A compiler is started twice, beside other tests. */
const compilerMs = 100_000;

/** The highest exit code of a compiler that has judged. */
const COMPLAINS = 2;

describe("the Kubernetes manifests", () => {
  test(
    "have no field that the API does not know",
    async () => {
      const [first] = manifests.filter(({ kind }) => kind === "Deployment");
      const misspelt = { ...first, spec: { ...Object(first?.spec), replica: 2 } } as Manifest;

      expect(await complaintsAbout(manifests)).toEqual([]);
      expect((await complaintsAbout([misspelt])).join()).toContain('"replica"');
    },
    3 * compilerMs,
  );
});

/** The API's schemas allow fields that they do not know; its types, of what is written out, do not. */
async function complaintsAbout(given: readonly Manifest[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "manifests-"));
  try {
    const lines = given.flatMap(({ kind, apiVersion, ...rest }, at) => [
      `import type { I${kind} as Kind${at} } from "kubernetes-models/${apiVersion}";`,
      `export const manifest${at}: Kind${at} = ${JSON.stringify({ kind, apiVersion, ...rest })};`,
    ]);
    writeFileSync(join(folder, "manifests.ts"), lines.join("\n"));
    const models = join(root, "tests/node_modules/kubernetes-models");
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
      ...{ module: "esnext", moduleResolution: "bundler" },
      paths: { "kubernetes-models/*": [`${models}/*/index.d.ts`] },
    };
    const config = { compilerOptions, files: ["manifests.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));

    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const compiling = Bun.spawn([process.execPath, compiler, "--project", folder], {
      stdout: "pipe",
      timeout: compilerMs,
    });
    const said = await new Response(compiling.stdout).text();
    const code = await compiling.exited;
    // One that was killed has no complaints either.
    if (compiling.signalCode !== null || code > COMPLAINS)
      throw new Error(`the compiler ended with ${compiling.signalCode ?? code}: ${said}`);
    return said.split("\n").filter((line) => line.includes("error TS"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
