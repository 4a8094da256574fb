import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import { sinkWorld } from "../testing/sink.ts";
import { type ReplicaBehaviour, startReplicaProcess } from "../testing/sink-process.ts";

const keys = Array.from({ length: 60 }, (_, index) => String(index));
const blows = 5;
const versionsPerBlow = 3;

describe("three replicas on one durable", () => {
  test("keep every key in order under random delays, failures, kills and pauses beyond the ack wait", async () => {
    await using world = await sinkWorld();
    const behaviour: ReplicaBehaviour = { delayMaxMs: 4, flaky: 0.02, ackWaitSeconds: 1 };
    const start = () => startReplicaProcess(world, behaviour);
    await using stack = new AsyncDisposableStack();
    const replicas = await Promise.all([start(), start(), start()]);
    for (const replica of replicas) stack.use(replica);

    const allHandled = (blow: number) =>
      eventually(
        async () =>
          expect((await world.handled()).length).toBe(keys.length * blow * versionsPerBlow),
        { deadlineMs: 100_000, everyMs: 50 },
      );

    // Each blow falls after some progress with its own share of messages, so that it meets work at
    // hand and needs no clock.
    const sending: Promise<void>[] = [];
    for (let blow = 1; blow <= blows; blow += 1) {
      const before = (await world.handled()).length;
      const first = (blow - 1) * versionsPerBlow + 1;
      const versions = Array.from({ length: versionsPerBlow }, (_, index) => first + index);
      await Promise.all(sending);
      sending.push(...keys.map((key) => world.send(key, versions)));
      await eventually(async () => (await world.handled()).length > before + 20, {
        deadlineMs: 60_000,
      });
      const victim = replicas[blow % 3];
      if (!victim) throw new Error("no victim");
      if (blow === 3) {
        victim.signal("SIGSTOP");
        // What it has in hand is left to it for the ack wait, and its rows until Postgres ends its
        // transaction: once all that was sent is handled, both are over.
        await Promise.all(sending);
        await allHandled(blow);
        victim.signal("SIGCONT");
        continue;
      }
      victim.signal("SIGKILL");
      await victim.exited;
      const next = await start();
      stack.use(next);
      replicas[blow % 3] = next;
    }
    await Promise.all(sending);

    await allHandled(blows);
    expect(await world.disorder()).toBe(0);
    const [left] = await world.pool.q.execute(sql`
      select (select count(*)::int from parked) as parked, (select count(*)::int from dead_letters) as dead,
        (select count(*)::int from message_attempts a where not exists (
          select 1 from inbox i where i.event_id = a.event_id)) as attempts`);
    expect(left).toEqual({ parked: 0, dead: 0, attempts: 0 });
  }, 300_000);
});
