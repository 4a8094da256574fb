import { expect, test } from "bun:test";
import { guest, serviceClient } from "./service-client.ts";
import { sweepFully } from "./verify-sweeps.ts";

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

test("a full comparison waits for a second look at all that seems missing, however much that is", async () => {
  let looks = 0;
  await using server = Bun.serve({
    port: 0,
    fetch({ url }) {
      if (new URL(url).pathname === "/ops/v1/reconcile") return Response.json({ sweeps });
      looks += 1;
      const differences = Array.from({ length: 100 }, (_, index) => confirmed(index + 1));
      const unconfirmed = looks < 3 ? 7 : 0;
      return Response.json({ sweeps, differences, nextCursor: "more", unconfirmed });
    },
  });
  const client = serviceClient("orders", server.url.origin, guest);

  const result = await sweepFully(client, { timeoutMs: 30_000, onProgress: () => undefined });

  expect(looks).toBe(3);
  expect(result).toMatchObject({ state: "ok", checked: 500 });
});
