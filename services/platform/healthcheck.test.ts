import { describe, expect, test } from "bun:test";
import { join } from "node:path";

describe("healthcheck", () => {
  test.each([
    [200, 0],
    [503, 1],
  ])("turns the answer %d of /readyz into exit code %d", async (status, code) => {
    await using server = serving(
      (url) => new Response(null, { status: url === "/readyz" ? status : 404 }),
    );

    expect(await exitCodeFor(server.port)).toBe(code);
  });

  test("fails when nobody listens", async () => {
    const { port, stop } = serving(() => new Response());
    await stop();

    expect(await exitCodeFor(port)).toBe(1);
  });
});

function serving(answer: (path: string) => Response) {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => answer(new URL(url).pathname),
  });
  const stop = () => server.stop(true);
  return { port: Number(server.port), stop, [Symbol.asyncDispose]: stop };
}

function exitCodeFor(port: number): Promise<number> {
  const script = join(import.meta.dir, "healthcheck.ts");
  return Bun.spawn([process.execPath, script, String(port)], { stderr: "ignore" }).exited;
}
