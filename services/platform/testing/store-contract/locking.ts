import { describe, expect, test } from "bun:test";
import { isContention } from "../../messaging/database-faults.ts";
import type { InboxTransaction } from "../../messaging/inbox.ts";
import type { MessagingStores } from "./messaging-stores.ts";
import { eventIds } from "./store-arbitraries.ts";

type Tx = InboxTransaction<Record<string, never>>;

const [eventId = ""] = eventIds;
const message = (key: string) => ({
  eventId,
  key,
  version: 1,
  subject: "things.v1.thing_happened.1",
  headers: "",
  payload: Uint8Array.of(1),
});
const everything = { partition: 0, from: 0, limit: 10, heldIds: [], heldKeys: [], closed: [] };

/** What transactions that overlap may see of each other, on whatever the stores run on. */
export function lockingContract(name: string, make: () => Promise<MessagingStores>): void {
  describe(`transactions that overlap: ${name}`, () => {
    test("show a message that commits late although its id is lower", async () => {
      await using stores = await prepared(make);
      const first = opened(stores);
      await first.do((tx) => tx.append([message("thing/a")]));
      await stores.append([message("thing/b")]);

      expect(await pendingIds(stores)).toEqual([2]);
      await first.commit();

      expect(await pendingIds(stores)).toEqual([1, 2]);
    });

    test.each([
      { ending: "commits", version: 1 },
      { ending: "rolls back", version: 0 },
    ])("wait for a lane until whoever has it $ending", async ({ ending, version }) => {
      await using stores = await prepared(make);
      const first = opened(stores);
      const lanes = await first.do((tx) => tx.lockLanes(["thing/a"]));
      const second = stores.inbox.transaction((tx) => tx.lockLanes(["thing/a"]));
      const lane = lanes.get("thing/a");
      if (lane) await first.do((tx) => tx.saveLanes([{ ...lane, version: 1 }]));

      await (ending === "commits" ? first.commit() : first.rollBack());

      expect((await second).get("thing/a")?.version).toBe(version);
    });

    test.each<{ ending: string; unseen: readonly string[] }>([
      { ending: "commits", unseen: [] },
      { ending: "rolls back", unseen: [eventId] },
    ])(
      "take a message in after another that $ending only where that did not",
      async ({ ending, unseen }) => {
        await using stores = await prepared(make);
        const first = opened(stores);
        await first.do((tx) => tx.remember([eventId]));
        const second = stores.inbox.transaction((tx) => tx.remember([eventId]));

        await (ending === "commits" ? first.commit() : first.rollBack());

        expect([...(await second)]).toEqual([...unseen]);
      },
    );

    test("end one of two that wait for each other, as contention, and let the other go on", async () => {
      await using stores = await prepared(make);
      const [first, second] = [opened(stores), opened(stores)];
      await first.do((tx) => tx.lockLanes(["thing/a"]));
      await second.do((tx) => tx.lockLanes(["thing/b"]));

      const crossed = await Promise.allSettled([
        first.do((tx) => tx.lockLanes(["thing/b"])).then(first.commit, first.fail),
        second.do((tx) => tx.lockLanes(["thing/a"])).then(second.commit, second.fail),
      ]);

      const failed = crossed.filter((each) => each.status === "rejected");
      expect(failed.map(({ reason }) => isContention(reason))).toEqual([true]);
    });

    test("take nothing after a statement of theirs has failed", async () => {
      await using stores = await prepared(make);
      const lane = { key: "thing/a", version: 1, waiting: 0, leftUpTo: 0 };
      const failing = stores.inbox.transaction(async (tx) => {
        await tx.remember([eventId]);
        await tx.saveLanes([{ ...lane, blocked: false, behind: false }]);
      });

      await expect(failing).rejects.toThrow("a lane was about to move back");
      expect((await stores.inbox.settled([{ eventId, lane: undefined }])).size).toBe(0);
    });
  });
}

async function prepared(make: () => Promise<MessagingStores>): Promise<MessagingStores> {
  const stores = await make();
  await stores.setNow(new Date("2026-06-01T12:00:00.000Z"));
  return stores;
}

async function pendingIds({ outbox }: MessagingStores): Promise<readonly number[]> {
  return (await outbox.pending(everything)).map(({ id }) => id);
}

/** A transaction that stays open between the steps of a test. */
function opened({ inbox }: MessagingStores) {
  const given = Promise.withResolvers<Tx>();
  const ending = Promise.withResolvers<void>();
  const rolledBack = new Error("rolled back by the test");
  const ended = inbox.transaction(async (tx) => {
    given.resolve(tx);
    await ending.promise;
  });
  ended.catch(() => undefined);
  return {
    do: async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => work(await given.promise),
    commit: () => {
      ending.resolve();
      return ended;
    },
    rollBack: async () => {
      ending.reject(rolledBack);
      await expect(ended).rejects.toBe(rolledBack);
    },
    /** As a transaction ends of which a statement has thrown. */
    fail: async (error: unknown) => {
      ending.reject(error);
      await ended;
    },
  };
}
