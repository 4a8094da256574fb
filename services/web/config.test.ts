import { describe, expect, test } from "bun:test";
import { join } from "node:path";

describe("requireRequests", () => {
  test("starts the same process anew, once, with a limit that is enough for all streams", async () => {
    const program = `
      import { readWebConfig, requireRequests } from ${JSON.stringify(join(import.meta.dir, "config.ts"))};
      const settings = readWebConfig();
      console.log(process.pid, settings.BUN_CONFIG_MAX_HTTP_REQUESTS);
      requireRequests(settings);
    `;
    const { STREAMS_MAX: _, BUN_CONFIG_MAX_HTTP_REQUESTS: __, ...env } = process.env;

    const run = Bun.spawn([process.execPath, "-e", program], {
      env: { ...env, STREAMS_MAX: "2000" },
      stdout: "pipe",
    });
    const said = (await new Response(run.stdout).text()).trim().split("\n");

    expect(await run.exited).toBe(0);
    expect(said).toEqual([`${run.pid} 256`, `${run.pid} 3000`]);
  });
});
