import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { messageOf } from "../testing/sink.ts";
import type { InboxTransaction } from "./inbox.ts";
import { postgresInbox } from "./postgres-inbox.ts";

const consumer = "inventory-service";
const edit = { actor: "ann", reason: "mended", difference: [] };

/** One dead letter of version 3, which blocks the lane of its key. */
async function world() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("orders"));
  const pool = openPool({ url: database.url, connectionsMax: 3, name: "dead letters test" });
  stack.defer(() => pool.close(1_000));
  const bind = () => ({ stores: {}, lock: async () => undefined });
  const store = postgresInbox(pool, consumer, bind);
  const inTx = <T>(work: (tx: InboxTransaction<object>) => Promise<T>) => store.transaction(work);
  const id = await inTx(async (tx) => {
    const lane = (await tx.lockLanes(["order/1"])).get("order/1");
    if (!lane) throw new Error("no lane");
    await tx.saveLanes([{ ...lane, version: 2, blocked: true }]);
    return tx.addDeadLetter({
      ...messageOf("1", 3),
      stream: "ORDERS",
      sequence: 7,
      publishedAt: new Date(),
      reason: "attempts_used",
      attempts: 5,
      error: "cold",
      firstFailedAt: null,
      lastFailedAt: null,
    });
  });
  if (id === undefined) throw new Error("no letter");
  return {
    id,
    pool,
    store,
    inTx,
    state: async () => {
      const letter = await store.findDeadLetter(id);
      return `${letter?.state} ${letter?.revision}`;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe("a dead letter in Postgres", () => {
  test("is resolved, edited and restored only as it was seen", async () => {
    await using it = await world();
    const { id } = it;
    const payload = Uint8Array.of(1);
    const asItCame = { id, revision: 1 };
    const edited = { id, revision: 2 };

    expect(await it.inTx((tx) => tx.restoreDeadLetter(asItCame))).toBeUndefined();
    expect(
      await it.inTx((tx) => tx.reviseDeadLetter(edited, { ...edit, payload })),
    ).toBeUndefined();
    expect(
      await it.inTx((tx) => tx.reviseDeadLetter(asItCame, { ...edit, payload })),
    ).toMatchObject({
      revision: 2,
      state: "dead",
    });
    // Whoever still has the bytes that came must not run them now.
    expect(await it.inTx((tx) => tx.resolveDeadLetter(asItCame, "done"))).toBeUndefined();
    await it.store.recordRedriveFailure(asItCame, "too late", {
      ...{ actor: "ann", action: "redrive", target: `dead-letter/${id}`, detail: {} },
    });
    expect(await it.store.findDeadLetter(id)).toMatchObject({ attempts: 5, error: "cold" });
    expect(await it.inTx((tx) => tx.resolveDeadLetter(edited, "discarded"))).toBeDefined();
    expect(
      await it.inTx((tx) => tx.reviseDeadLetter(edited, { ...edit, payload })),
    ).toBeUndefined();
    expect(await it.inTx((tx) => tx.restoreDeadLetter(asItCame))).toBeUndefined();
    expect(await it.inTx((tx) => tx.restoreDeadLetter(edited))).toBeDefined();

    expect(await it.state()).toBe("dead 2");
    const revisions = await it.pool.q.execute(
      sql`select revision, actor from dead_letter_revisions order by revision`,
    );
    expect([...revisions]).toEqual([
      { revision: 1, actor: null },
      { revision: 2, actor: "ann" },
    ]);
  });

  test("is known to its lane as long as it is dead", async () => {
    await using it = await world();
    const seen = { id: it.id, revision: 1 };
    const dead = () =>
      it.inTx(async (tx) => [...((await tx.deadVersions(["order/1"])).get("order/1") ?? [])]);

    expect(await dead()).toEqual([3]);
    await it.inTx((tx) => tx.resolveDeadLetter(seen, "discarded"));
    expect(await dead()).toEqual([]);
    expect(await it.inTx((tx) => tx.deadVersions([]))).toEqual(new Map());
  });

  test("has its lane reopened for it where the lane stands, and nowhere else", async () => {
    await using it = await world();
    const lane = await it.store.findLane("order/1");
    if (!lane) throw new Error("no lane");
    const passed = { ...lane, version: 3, blocked: false };

    await expect(it.inTx((tx) => tx.reopenLane(passed))).rejects.toThrow("reopened elsewhere");
    await it.inTx((tx) => tx.saveLanes([passed]));
    await it.inTx((tx) => tx.reopenLane(passed));

    expect(await it.store.findLane("order/1")).toMatchObject({ version: 2, blocked: true });
  });
});
