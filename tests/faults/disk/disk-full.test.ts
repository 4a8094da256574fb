import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { smallDiskProblem } from "@app/dev/infrastructure/small-disk.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { ownPostgresOnDisk } from "../../e2e/own-postgres.ts";
import { brokenPromises, settled } from "../../e2e/promises.ts";
import { openQuickBite, type QuickBite } from "../../e2e/quickbite.ts";

setDefaultTimeout(180_000);

const MEBIBYTE = 1024 * 1024;
const DEADLINE_MS = 60_000;
/** Large, so that a disk's last page is soon full. */
const cola = () => ({ userId: "ann", sku: "cola", quantity: 1, note: "x".repeat(1_000) });

const problemsOf = ({ checks }: { readonly checks?: unknown }) => JSON.stringify(checks);

async function allKept(world: QuickBite, ids: readonly number[]): Promise<void> {
  for (const id of ids) await world.decided(id, { deadlineMs: DEADLINE_MS });
  await settled(world, { deadlineMs: DEADLINE_MS });
  expect(await brokenPromises(world)).toEqual([]);
}

// Where user namespaces are refused there is no disk to fill.
const withDisks = smallDiskProblem() === undefined ? describe : describe.skip;

withDisks("a full disk", () => {
  test("of the broker: readiness says so, orders are accepted, and complete when there is room", async () => {
    await using world = await openQuickBite({ brokerDiskBytes: 64 * MEBIBYTE });
    await world.addItem("cola", 1_000_000);
    const ids = [await world.accepted(cola())];
    await world.decided(ids[0] ?? 0);

    world.nats.disk?.fill();
    await eventually(
      async () => {
        ids.push(await world.accepted(cola()));
        const { status, body } = await world.call("GET", "/readyz");
        expect([status, body.status]).toEqual([200, "degraded"]);
        expect(problemsOf(body)).toMatch(/did not acknowledge|has taken nothing for/);
      },
      { deadlineMs: DEADLINE_MS, everyMs: 250 },
    );
    ids.push(await world.accepted(cola()));
    world.nats.disk?.free();
    // A stream whose disk was full once takes nothing more until its server starts anew.
    await world.nats.server.restart();

    await allKept(world, ids);
  });

  test("of Postgres: callers are told to come back, and all goes on when there is room", async () => {
    await using postgres = await ownPostgresOnDisk(24 * MEBIBYTE);
    await using world = await openQuickBite({ databases: postgres.databases });
    await world.addItem("cola", 1_000_000);
    await world.decided(await world.accepted(cola()));

    postgres.disk.fill();
    const refused = await eventually(
      async () => {
        const answer = await world.order(cola());
        return answer.status === 503 && answer;
      },
      { deadlineMs: DEADLINE_MS, everyMs: 1 },
    );
    expect(refused.body.detail).toBe("database unavailable");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    postgres.disk.free();
    // It ends itself when it cannot write its log, and may not come back before there is room.
    await eventually(() => postgres.server.restart(), { deadlineMs: DEADLINE_MS, everyMs: 100 });

    await eventually(() => world.accepted(cola()), { deadlineMs: DEADLINE_MS, everyMs: 100 });
    await allKept(world, [...world.acceptedIds]);
  });
});
