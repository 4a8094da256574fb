import { describe, expect, test } from "bun:test";
import { eventually } from "../eventually.ts";
import { forever, type MakeWorld, message, publishMany, reading } from "./world.ts";

/** What becomes of answers that come late, twice, or to somebody else. */
export function answering(name: string, world: MakeWorld): void {
  describe(`${name}: answers`, () => {
    test("count once: after an ack nothing else of the same delivery has an effect", async () => {
      await using it = await world({});
      await it.broker.publish(message("things.a"));
      await using pull = await reading(it.broker);
      const [first] = await pull.take(1);

      first?.ack();
      first?.nak(0);
      first?.working();

      await eventually(async () =>
        expect(await it.broker.durableState("THINGS", "reader")).toMatchObject({
          ackFloor: 1,
          unacknowledged: 0,
        }),
      );
      await it.broker.publish(message("things.b"));
      expect((await pull.take(1))[0]).toMatchObject({ sequence: 2, redelivered: false });
    });

    test("count for the message: a late ack also ends the delivery that came after it", async () => {
      await using it = await world({ ackWaitMs: 400 });
      await it.broker.publish(message("things.a"));
      await using pull = await reading(it.broker);
      const [first] = await pull.take(1);
      const [again] = await pull.take(1);
      expect(again).toMatchObject({ sequence: 1, redelivered: true });

      first?.ack();

      await eventually(async () =>
        expect(await it.broker.durableState("THINGS", "reader")).toMatchObject({
          ackFloor: 1,
          unacknowledged: 0,
        }),
      );
    });

    test("reach whatever durable bears the name by then", async () => {
      await using it = await world({ ackWaitMs: 30_000 });
      await it.broker.publish(message("things.a"));
      const old = await reading(it.broker);
      const [first] = await old.take(1);
      await it.server.deleteDurable("THINGS", "reader");
      await old.subscription.close();
      await it.server.createDurable("THINGS", "reader", { ackWaitMs: 30_000 });
      await using pull = await reading(it.broker);
      expect((await pull.take(1))[0]).toMatchObject({ sequence: 1, redelivered: false });

      first?.ack();

      await eventually(async () =>
        expect(await it.broker.durableState("THINGS", "reader")).toMatchObject({
          ackFloor: 1,
          unacknowledged: 0,
        }),
      );
    });

    test("concern no other message that stands in the place of theirs", async () => {
      await using it = await world({ ackWaitMs: 30_000 });
      await it.broker.publish(message("things.a"));
      const old = await reading(it.broker);
      const [first] = await old.take(1);
      const ended = old.subscription.next(1, forever).catch((error: unknown) => error);
      await it.server.deleteStream("THINGS");
      expect(await ended).toBeInstanceOf(Error);
      await it.server.createStream("THINGS");
      await it.server.createDurable("THINGS", "reader", { ackWaitMs: 600 });
      await it.broker.publish(message("things.b"));
      await using pull = await reading(it.broker);
      expect((await pull.take(1))[0]).toMatchObject({ sequence: 1, subject: "things.b" });

      first?.ack();

      expect((await pull.take(1))[0]).toMatchObject({ subject: "things.b", redelivered: true });
      await old.subscription.close();
    });

    test("that give several back bring all of them again", async () => {
      await using it = await world({ ackWaitMs: 30_000 });
      await publishMany(it.broker, 5);
      await using pull = await reading(it.broker);
      for (const delivery of await pull.take(5)) delivery.nak(10 * (6 - delivery.sequence));

      const again = await pull.take(5);

      expect(again.map(({ sequence }) => sequence).toSorted()).toEqual([1, 2, 3, 4, 5]);
      expect(again.every(({ redelivered }) => redelivered)).toBe(true);
    });

    test("that a lost server took along bring the message once more", async () => {
      await using it = await world({ ackWaitMs: 1_000 });
      await it.broker.publish(message("things.a"));
      await using pull = await reading(it.broker);
      await pull.take(1);

      await it.server.kill();
      await it.server.restart();

      expect((await pull.take(1))[0]).toMatchObject({ sequence: 1, subject: "things.a" });
    });
  });
}
