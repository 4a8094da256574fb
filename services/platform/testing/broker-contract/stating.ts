import { describe, expect, test } from "bun:test";
import { decodeHeaders } from "../../messaging/headers.ts";
import { eventually } from "../eventually.ts";
import { bytes, type MakeWorld, publishMany, reading } from "./world.ts";

export function stating(name: string, world: MakeWorld): void {
  describe(`${name}: state`, () => {
    test("tells what a stream holds and has lost", async () => {
      await using it = await world();
      const empty = await it.broker.streamState("THINGS");
      await publishMany(it.broker, 4);
      await it.server.deleteMessage("THINGS", 2);

      expect(empty).toMatchObject({ firstSequence: 0, lastSequence: 0, messages: 0, deleted: 0 });
      const state = await it.broker.streamState("THINGS");
      expect(state).toMatchObject({ firstSequence: 1, lastSequence: 4, messages: 3, deleted: 1 });
      expect(state?.createdAt).toBe(empty?.createdAt ?? "");
      expect(state?.bytes).toBeGreaterThan(0);
      expect(state?.firstAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
    });

    test("tells a stream from another of its name", async () => {
      await using it = await world();
      const before = await it.broker.streamState("THINGS");

      await it.server.deleteStream("THINGS");
      await it.server.createStream("THINGS");

      const after = await it.broker.streamState("THINGS");
      expect(after?.createdAt).not.toBe(before?.createdAt ?? "");
    });

    test("tells how far a durable has come, and whether anybody serves it", async () => {
      await using it = await world({});
      await publishMany(it.broker, 5);
      // A durable hears of what was stored a moment after the publisher does.
      await eventually(async () =>
        expect(await it.broker.durableState("THINGS", "reader")).toMatchObject({
          ackFloor: 0,
          delivered: 0,
          pending: 5,
          pulls: 0,
        }),
      );
      await using pull = await reading(it.broker, 10);
      const [first, , third] = await pull.take(3);
      first?.ack();
      third?.ack();

      await eventually(async () => {
        const state = await it.broker.durableState("THINGS", "reader");
        expect(state).toMatchObject({ ackFloor: 1, delivered: 5, pending: 0, unacknowledged: 3 });
        expect(state?.pulls).toBeGreaterThan(0);
      });
    });

    test("knows nothing of what is missing", async () => {
      await using it = await world();
      await publishMany(it.broker, 2);
      await it.server.deleteMessage("THINGS", 1);

      expect(await it.broker.streamState("NOTHING")).toBeUndefined();
      expect(await it.broker.durableState("THINGS", "nobody")).toBeUndefined();
      expect(await it.broker.durableState("NOTHING", "nobody")).toBeUndefined();
      expect(await it.broker.messageAt("THINGS", 1)).toBeUndefined();
      expect(await it.broker.messageAt("THINGS", 3)).toBeUndefined();
      expect(await it.broker.messageAt("NOTHING", 1)).toBeUndefined();
    });

    test("gives one message by its place", async () => {
      await using it = await world();
      await publishMany(it.broker, 2);

      const found = await it.broker.messageAt("THINGS", 2);

      expect(found).toMatchObject({ stream: "THINGS", sequence: 2, subject: "things.2" });
      expect(found?.payload).toEqual(bytes("things.2"));
      expect(decodeHeaders(found?.headers ?? "").get("key")).toBe("thing/things.2");
    });
  });
}
