import { describe, expect, test } from "bun:test";
import { PublishRefused } from "../../messaging/broker.ts";
import { eventually } from "../eventually.ts";
import { type MakeWorld, message, publishMany, reading } from "./world.ts";

export function limiting(name: string, world: MakeWorld): void {
  describe(`${name}: limits`, () => {
    test("refuses what a full stream has no room for, and keeps what it has", async () => {
      await using it = await world();
      await it.server.createStream("SMALL", { messagesMax: 2 });
      await it.broker.publish(message("small.1"));
      await it.broker.publish(message("small.2"));

      const refused = it.broker.publish(message("small.3", "three"));

      await expect(refused).rejects.toBeInstanceOf(PublishRefused);
      expect(await it.broker.streamState("SMALL")).toMatchObject({
        firstSequence: 1,
        lastSequence: 2,
        messages: 2,
      });
      await it.server.deleteMessage("SMALL", 1);
      // What was refused is not known as a duplicate either.
      const ack = await it.broker.publish(message("small.3", "three"));
      expect(ack).toEqual({ stream: "SMALL", sequence: 3, duplicate: false });
    });

    test("hands out nothing new beyond the limit of unanswered messages", async () => {
      await using it = await world({ ackWaitMs: 30_000, unacknowledgedMax: 2 });
      await publishMany(it.broker, 4);
      await using pull = await reading(it.broker, 10);
      const [first, second] = await pull.take(2);

      first?.nak(0);
      const [again] = await pull.take(1);
      const held = await it.broker.durableState("THINGS", "reader");
      again?.ack();
      second?.ack();
      const rest = await pull.take(2);

      expect([first?.sequence, second?.sequence]).toEqual([1, 2]);
      expect(again).toMatchObject({ sequence: 1, redelivered: true });
      expect(held).toMatchObject({ delivered: 2, pending: 2, unacknowledged: 2 });
      expect(rest.map(({ sequence }) => sequence)).toEqual([3, 4]);
    });

    test("still knows an id after the server came back", async () => {
      await using it = await world();
      await it.broker.publish(message("things.a", "one"));

      await it.server.kill();
      await it.server.restart();

      await eventually(async () => {
        const ack = await it.broker.publish(message("things.a", "one"));
        expect(ack).toEqual({ stream: "THINGS", sequence: 1, duplicate: true });
      });
    });
  });
}
