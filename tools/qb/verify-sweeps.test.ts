import { expect, test } from "bun:test";
import { guest, type ServiceClient, serviceClient } from "./service-client.ts";
import { sweepFully, verifySweeps } from "./verify-sweeps.ts";

const at = new Date(0).toISOString();
const sweep = { kind: "sent", stream: "ORDERS", consumer: null, sequence: 500, target: 500 };
const sweeps = [{ ...sweep, beganAt: at, at }];

/** A difference that was looked at twice; the page of a list is full of them. */
const confirmed = (sequence: number) => ({
  kind: "sent",
  stream: "ORDERS",
  consumer: null,
  sequence,
  eventId: "e",
  key: null,
  version: null,
  subject: "s",
  confirmed: true,
  foundAt: at,
});

const nothingMissing = { differences: [], nextCursor: null, unconfirmed: 0 };

const whole = { timeoutMs: 30_000, onProgress: () => undefined };

test.each([
  ["a full comparison", (client: ServiceClient) => sweepFully(client, whole)],
  ["a look", verifySweeps],
] as const)(
  "%s at a service that has just started waits until it has compared",
  async (_, look) => {
    let looks = 0;
    await using server = Bun.serve({
      port: 0,
      fetch({ url }) {
        const made = sweeps.map((one) => ({ ...one, at: new Date().toISOString() }));
        if (new URL(url).pathname === "/ops/v1/reconcile") return Response.json({ sweeps: made });
        looks += 1;
        return Response.json({ ...nothingMissing, sweeps: looks < 3 ? [] : made });
      },
    });
    const client = serviceClient("users", server.url.origin, guest);

    const result = await look(client);

    expect(result).toMatchObject({ state: "ok", checked: 500 });
  },
);

test("a full comparison waits for a second look at all that seems missing, however much that is", async () => {
  let looks = 0;
  await using server = Bun.serve({
    port: 0,
    fetch({ url }) {
      if (new URL(url).pathname === "/ops/v1/reconcile") return Response.json({ sweeps });
      looks += 1;
      // The first look is whether there is anything to compare.
      if (looks === 1) return Response.json({ ...nothingMissing, sweeps });
      const differences = Array.from({ length: 100 }, (_, index) => confirmed(index + 1));
      const unconfirmed = looks < 4 ? 7 : 0;
      return Response.json({ sweeps, differences, nextCursor: "more", unconfirmed });
    },
  });
  const client = serviceClient("orders", server.url.origin, guest);

  const result = await sweepFully(client, whole);

  expect(looks).toBe(4);
  expect(result).toMatchObject({ state: "ok", checked: 500 });
});
