import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./repository.ts";

const caddy = Bun.which("caddy");
/** A program is started, beside other tests. */
const busyMachineMs = 60_000;

describe("the Caddyfile", () => {
  test.skipIf(caddy === null)(
    "is taken by Caddy",
    async () => {
      const home = mkdtempSync(join(tmpdir(), "caddy-"));
      try {
        const file = join(root, "deploy/caddy/Caddyfile");
        const command = [caddy ?? "", "validate", "--config", file, "--adapter", "caddyfile"];
        const settings = { WWW_HOST: "www.example.com", API_HOST: "api.example.com" };
        const validating = Bun.spawn(command, {
          // Whatever it keeps, it keeps there.
          env: { ...settings, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
          stdout: "ignore",
          stderr: "pipe",
          timeout: busyMachineMs,
        });
        const said = await new Response(validating.stderr).text();

        expect({ code: await validating.exited, said }).toEqual({
          code: 0,
          said: expect.not.stringContaining("not formatted"),
        });
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
    busyMachineMs,
  );
});
