import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "../generate.ts";

/**
 * Generates the code of the contracts when they changed since it was last found fresh, and returns
 * whether it did. Looking costs a few milliseconds, generating a second.
 */
export async function freshContracts(repository: string, dataDir: string): Promise<boolean> {
  const stamp = join(dataDir, "contracts.sha256");
  const before = hashOf(repository);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === before) return false;
  const code = await generate();
  if (code !== 0) throw new Error("the contracts cannot be generated; buf says why above");
  const after = hashOf(repository);
  writeFileSync(stamp, after);
  return after !== before;
}

/** Over the contracts, how they are generated, and what came of it. */
function hashOf(repository: string): string {
  const hash = new Bun.CryptoHasher("sha256");
  const files = new Bun.Glob("proto/**/*.{proto,ts}").scanSync(repository);
  for (const file of ["buf.yaml", "buf.gen.yaml", ...[...files].sort()]) {
    if (file.includes("node_modules")) continue;
    hash.update(`${file}\n`).update(readFileSync(join(repository, file)));
  }
  return hash.digest("hex");
}
