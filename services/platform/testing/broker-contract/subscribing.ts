import { describe, expect, test } from "bun:test";
import { decodeHeaders } from "../../messaging/headers.ts";
import { eventually } from "../eventually.ts";
import {
  bytes,
  forever,
  type MakeWorld,
  message,
  publishMany,
  reading,
  unacknowledged,
} from "./world.ts";

export function subscribing(name: string, world: MakeWorld): void {
  describe(`${name}: subscribe`, () => {
    test("gives what is there, whole, and waits for what comes", async () => {
      await using it = await world({});
      await it.broker.publish(message("things.a", "one", "ä"));
      await using pull = await reading(it.broker);

      const first = await pull.take(1);
      const waiting = pull.take(1);
      await it.broker.publish(message("things.b"));
      const second = await waiting;

      expect(first[0]).toMatchObject({
        stream: "THINGS",
        sequence: 1,
        subject: "things.a",
        payload: bytes("ä"),
        redelivered: false,
      });
      expect(decodeHeaders(first[0]?.headers ?? "").get("key")).toBe("thing/things.a");
      expect(first[0]?.publishedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
      expect(second[0]?.sequence).toBe(2);
    });

    test("gives at most as many as asked for, and none when the signal aborts", async () => {
      await using it = await world({});
      await publishMany(it.broker, 5);
      await using pull = await reading(it.broker);

      // Those that are there: how many of the five have arrived by now is the network's matter.
      const sizes: number[] = [];
      for (let taken = 0; taken < 5; taken += sizes.at(-1) ?? 0) {
        sizes.push((await pull.subscription.next(2, forever)).length);
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5);

      const stop = new AbortController();
      const waiting = pull.subscription.next(10, stop.signal);
      stop.abort();
      expect(await waiting).toEqual([]);
      expect(await pull.subscription.next(10, stop.signal)).toEqual([]);
    });

    test("fetches no more ahead than it may hold, and all of it in the end", async () => {
      await using it = await world({});
      await publishMany(it.broker, 100);
      await using pull = await reading(it.broker, 10);

      await eventually(async () => (await unacknowledged(it.broker)) === 10);
      // Another replica may have the rest.
      await using other = await reading(it.broker, 100);
      const theirs = await other.take(90);
      expect(theirs.length).toBe(90);
      for (const delivery of theirs) delivery.ack();
      const mine = await pull.take(10);
      for (const delivery of mine) delivery.ack();
      await eventually(async () => {
        const state = await it.broker.durableState("THINGS", "reader");
        expect(state).toMatchObject({ ackFloor: 100, pending: 0, unacknowledged: 0 });
      });
    });

    test("delivers nothing again that was acknowledged", async () => {
      await using it = await world({});
      await publishMany(it.broker, 3);
      await using pull = await reading(it.broker);

      for (const delivery of await pull.take(3)) delivery.ack();

      await eventually(async () => {
        const state = await it.broker.durableState("THINGS", "reader");
        expect(state).toMatchObject({ ackFloor: 3, unacknowledged: 0, pending: 0 });
      });
      await it.broker.publish(message("things.last"));
      const [next] = await pull.take(1);
      expect(next).toMatchObject({ subject: "things.last", redelivered: false });
    });

    test("delivers what was given back again, marked, and no sooner than asked", async () => {
      await using it = await world({});
      await it.broker.publish(message("things.a"));
      await using pull = await reading(it.broker);
      const [first] = await pull.take(1);

      const givenBackMs = performance.now();
      first?.nak(400);
      const [again] = await pull.take(1);

      expect(again).toMatchObject({ sequence: 1, redelivered: true });
      expect(performance.now() - givenBackMs).toBeGreaterThanOrEqual(390);
      expect((await it.broker.durableState("THINGS", "reader"))?.redelivered).toBe(1);
    });

    test("delivers what was not answered within the ack wait again", async () => {
      await using it = await world({ ackWaitMs: 400 });
      const publishedMs = performance.now();
      await it.broker.publish(message("things.a"));
      await using pull = await reading(it.broker);
      await pull.take(1);

      const [again] = await pull.take(1);

      expect(again).toMatchObject({ sequence: 1, redelivered: true });
      // The wait began at the delivery, which the client may see late, but not before this.
      expect(performance.now() - publishedMs).toBeGreaterThanOrEqual(390);
    });

    test("lets what is still worked on be kept", async () => {
      await using it = await world({ ackWaitMs: 1_500 });
      await it.broker.publish(message("things.a"));
      await using pull = await reading(it.broker);
      const [kept] = await pull.take(1);
      const takenMs = performance.now();

      await eventually(
        () => {
          kept?.working();
          expect(performance.now() - takenMs).toBeGreaterThan(2_000);
        },
        { everyMs: 100 },
      );
      kept?.ack();

      await eventually(async () => {
        const state = await it.broker.durableState("THINGS", "reader");
        expect(state).toMatchObject({ ackFloor: 1, redelivered: 0, unacknowledged: 0 });
      });
    });

    test("lets what was fetched ahead be kept as well", async () => {
      await using it = await world({ ackWaitMs: 1_500 });
      await publishMany(it.broker, 3);
      await using pull = await reading(it.broker);
      await eventually(async () => (await unacknowledged(it.broker)) === 3);
      const fetchedMs = performance.now();

      await eventually(
        () => {
          pull.subscription.working();
          expect(performance.now() - fetchedMs).toBeGreaterThan(2_000);
        },
        { everyMs: 100 },
      );

      const kept = await pull.take(3);
      expect(kept.map(({ redelivered }) => redelivered)).toEqual([false, false, false]);
      expect((await it.broker.durableState("THINGS", "reader"))?.redelivered).toBe(0);
    });

    test("shares one durable among subscriptions, each message to one", async () => {
      await using it = await world({});
      const second = await it.server.connect();
      await using one = await reading(it.broker, 10);
      await using other = await reading(second, 10);
      await publishMany(it.broker, 40);

      const taken = await Promise.all(
        [one, other].map(async (pull) => {
          const mine: number[] = [];
          const stop = new AbortController();
          void eventually(async () => {
            const state = await it.broker.durableState("THINGS", "reader");
            return state?.ackFloor === 40;
          }).finally(() => stop.abort());
          while (!stop.signal.aborted) {
            for (const delivery of await pull.subscription.next(5, stop.signal)) {
              mine.push(delivery.sequence);
              delivery.ack();
            }
          }
          return mine;
        }),
      );

      expect(taken.flat().toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, index) => index + 1),
      );
      await second.close();
    });

    test("rejects where there is no such durable or stream", async () => {
      await using it = await world();

      await expect(it.broker.subscribe("THINGS", "nobody", 10)).rejects.toThrow();
      await expect(it.broker.subscribe("NOTHING", "nobody", 10)).rejects.toThrow();
    });

    test.each(["durable", "stream"] as const)(
      "lets next reject when its %s is deleted",
      async (deleted) => {
        await using it = await world({});
        await using pull = await reading(it.broker);
        const waiting = pull.subscription.next(1, forever);
        waiting.catch(() => undefined);

        if (deleted === "durable") await it.server.deleteDurable("THINGS", "reader");
        else await it.server.deleteStream("THINGS");

        await expect(waiting).rejects.toThrow();
        await expect(pull.subscription.next(1, forever)).rejects.toThrow();
      },
    );

    test("goes on by itself after the server was away", async () => {
      await using it = await world({});
      await it.broker.publish(message("things.a"));
      await using pull = await reading(it.broker);
      for (const delivery of await pull.take(1)) delivery.ack();
      await eventually(async () => (await unacknowledged(it.broker)) === 0);

      await it.server.kill();
      const waiting = pull.take(1);
      await it.server.restart();
      await eventually(() => it.broker.connected());
      await it.broker.publish(message("things.b"));

      const [first] = await waiting;
      // JetStream writes down what was acknowledged a while after it says so: a crash in between
      // forgets it, and the message comes again, even as one that was never delivered.
      const next = first?.subject === "things.a" ? (await pull.take(1))[0] : first;
      expect(next).toMatchObject({ subject: "things.b" });
    });

    test("goes on by itself after the server was paused", async () => {
      await using it = await world({});
      await using pull = await reading(it.broker);
      const waiting = pull.take(1);

      it.server.pause();
      const publishing = it.broker.publish(message("things.a"));
      it.server.resume();
      await publishing;

      expect((await waiting)[0]).toMatchObject({ subject: "things.a" });
    });

    test("gives back at close what was fetched and not taken", async () => {
      await using it = await world({ ackWaitMs: 30_000 });
      await publishMany(it.broker, 6);
      const first = await reading(it.broker, 10);
      await eventually(async () => (await unacknowledged(it.broker)) === 6);
      const taken = await first.take(2);

      await first.subscription.close();
      await using second = await reading(it.broker);
      const rest = await second.take(4);

      expect(rest.map(({ sequence }) => sequence).toSorted()).toEqual([3, 4, 5, 6]);
      for (const delivery of [...taken, ...rest]) delivery.ack();
      await eventually(async () => (await unacknowledged(it.broker)) === 0);
    });
  });
}
