import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startersOf } from "./starters.ts";

const MODULE = join(import.meta.dir, "starters.ts");
const PROGRAM = `import { startersOf } from ${JSON.stringify(MODULE)};
console.log(JSON.stringify(startersOf(process.pid)));`;

describe("startersOf", () => {
  test("names what runs scripts for others, the shells between them included", () => {
    const chain = startersIn([process.execPath, "-e", PROGRAM]);
    expect(chain[0]).toBe(process.pid);

    // The shell waits, because it has more to do.
    const script = `"$0" -e '${PROGRAM}'; true`;
    const throughShell = startersIn(["/bin/sh", "-c", script, process.execPath]);
    expect(throughShell).toHaveLength(chain.length + 1);
    expect(throughShell.slice(1)).toEqual(chain);
  });

  test("leaves out the shell of whoever typed the command", () => {
    const parents = startersOf(process.pid);

    expect(parents).not.toContain(1);
  });
});

function startersIn(command: string[]): number[] {
  return JSON.parse(Bun.spawnSync(command).stdout.toString());
}
