import { describe, expect, test } from "bun:test";
import { guest, serviceClient } from "./service-client.ts";
import { verifyService } from "./verify-service.ts";

/** A service that finds so many orders broken, others at each look, and tells of the first twenty. */
function service(countAt: (look: number) => number) {
  let look = 0;
  const server = Bun.serve({
    port: 0,
    fetch() {
      const count = countAt(look);
      const breaches = Array.from({ length: Math.min(20, count) }, (_, index) => ({
        about: `order/${look * 1_000 + index}`,
        problem: "broken",
      }));
      look += 1;
      const verdict = {
        name: "orders",
        sentence: "orders are whole",
        checked: 9,
        nextCursor: null,
      };
      const verdicts = [{ ...verdict, count, breaches, problem: null }];
      return Response.json({ service: "orders", verdicts });
    },
  });
  return { server, client: serviceClient("orders", server.url.origin, guest) };
}

async function stateOf(countAt: (look: number) => number) {
  const { server, client } = service(countAt);
  await using _ = { [Symbol.asyncDispose]: () => server.stop(true) };
  const settings = { full: false, lookAgainMs: 1, onProgress: () => undefined };
  const [result] = await verifyService(client, settings);
  return [result?.state, result?.count];
}

describe("what is looked at again", () => {
  test("holds when what was broken was in motion", async () => {
    expect(await stateOf((look) => (look === 0 ? 3 : 0))).toEqual(["ok", 0]);
    expect(await stateOf(() => 3)).toEqual(["ok", 0]);
  });

  test("is broken while more is broken than is told, though each look tells of others", async () => {
    expect(await stateOf((look) => 100 - look)).toEqual(["broken", 98]);
  });
});
