import { readFileSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { plugin } from "bun";
import { bugNamed } from "./bugs.ts";
import { substitute } from "./substitute.ts";

/**
 * Plants one bug in whatever program it is loaded before: `bun --preload` this file with
 * `PLANTED_BUG=<name>`. Without the variable it does nothing; in production it refuses. The files
 * stay as they are: only the program that loads them gets the bug.
 */
const name = process.env.PLANTED_BUG?.trim();
if (name) plant(name);

function plant(name: string): void {
  if (process.env.NODE_ENV === "production") throw new Error("bugs are not planted in production");
  const repository = realpathSync(resolve(import.meta.dir, "../.."));
  const files = Map.groupBy(bugNamed(name).substitutions, ({ file }) => resolve(repository, file));
  plugin({
    name: "planted bug",
    setup(build) {
      for (const [path, substitutions] of files) {
        const filter = new RegExp(`^${path.replace(/[^\w/]/g, "\\$&")}$`);
        build.onLoad({ filter }, () => ({
          contents: substitute(readFileSync(path, "utf8"), substitutions),
          loader: "ts",
        }));
      }
    },
  });
}
