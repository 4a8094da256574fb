import { expect, test } from "bun:test";
import { join } from "node:path";

test("a running service lets a request without its context in nowhere", async () => {
  const program = `
    const { contextOf, refuseUnserved } = await import("./request-context.ts");
    const { rpcRequest } = await import("./rpc-context.ts");
    const { createContextValues } = await import("@connectrpc/connect");
    const guests = () => [
      contextOf(new Request("http://localhost")).guests,
      createContextValues().get(rpcRequest).guests,
    ];
    const before = guests();
    refuseUnserved();
    console.log(JSON.stringify([before, guests()]));`;
  // A process of its own: there is no way back.
  const child = Bun.spawn([process.execPath, "-e", program], {
    cwd: join(import.meta.dir),
    stdio: ["ignore", "pipe", "inherit"],
  });

  expect(JSON.parse(await new Response(child.stdout).text())).toEqual([
    ["everywhere", "everywhere"],
    ["nowhere", "nowhere"],
  ]);
});
