import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Whatever can change what the bundler makes. */
const sources = [
  "services/web/client/**/*",
  "services/web/public/**/*",
  "services/web/build/*.ts",
  "services/web/package.json",
  "proto/**/*.ts",
  "bun.lock",
  "tsconfig.json",
];

/** One key for all that the client is built from: equal keys, equal client. */
export function sourceKey(repository: string): string {
  const hash = new Bun.CryptoHasher("sha256");
  hash.update(Bun.version);
  for (const glob of sources) {
    for (const path of [...new Bun.Glob(glob).scanSync(repository)].sort()) {
      if (path.includes("node_modules/") || /\.test\.tsx?$/.test(path)) continue;
      hash
        .update(path)
        .update("\0")
        .update(readFileSync(join(repository, path)))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 16);
}
