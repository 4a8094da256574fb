import { describe, expect, test } from "bun:test";
import type { StoredMessage } from "../../messaging/broker.ts";
import { decodeHeaders } from "../../messaging/headers.ts";
import { bytes, type MakeWorld, message, publishMany } from "./world.ts";

export function reading(name: string, world: MakeWorld): void {
  describe(`${name}: read`, () => {
    const collect = async (messages: AsyncIterable<StoredMessage>) => {
      const all: StoredMessage[] = [];
      for await (const each of messages) all.push(each);
      return all;
    };
    const sequences = async (messages: AsyncIterable<StoredMessage>) =>
      (await collect(messages)).map(({ sequence }) => sequence);

    test("gives all a stream holds, oldest first, and ends", async () => {
      await using it = await world();
      await publishMany(it.broker, 1_200);

      const all = await collect(it.broker.read("THINGS"));

      expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1));
      expect(all).toHaveLength(1_200);
      expect(all[7]).toMatchObject({ subject: "things.8", payload: bytes("things.8") });
    });

    test("gives a part of it", async () => {
      await using it = await world();
      for (const subject of ["things.a.1", "things.b.1", "things.a.2", "things.b.2", "things.a.3"])
        await it.broker.publish(message(subject));
      const { broker } = it;

      expect(await sequences(broker.read("THINGS", { subject: "things.a.*" }))).toEqual([1, 3, 5]);
      expect(await sequences(broker.read("THINGS", { fromSequence: 4 }))).toEqual([4, 5]);
      expect(await sequences(broker.read("THINGS", { toSequence: 2 }))).toEqual([1, 2]);
      expect(await sequences(broker.read("THINGS", { fromSequence: 2, toSequence: 3 }))).toEqual([
        2, 3,
      ]);
      const filtered = broker.read("THINGS", { subject: "things.a.>", toSequence: 4 });
      expect(await sequences(filtered)).toEqual([1, 3]);
      expect(await sequences(broker.read("THINGS", { subject: "things.c.*" }))).toEqual([]);
      expect(await sequences(broker.read("THINGS", { fromSequence: 6 }))).toEqual([]);
    });

    test("passes over what was deleted, also at the end asked for", async () => {
      await using it = await world();
      await publishMany(it.broker, 6);
      for (const sequence of [1, 3, 5]) await it.server.deleteMessage("THINGS", sequence);

      expect(await sequences(it.broker.read("THINGS"))).toEqual([2, 4, 6]);
      expect(await sequences(it.broker.read("THINGS", { toSequence: 5 }))).toEqual([2, 4]);
    });

    test("leaves the payloads out when asked to", async () => {
      await using it = await world();
      await it.broker.publish(message("things.a", "one"));

      const [only] = await collect(it.broker.read("THINGS", { headersOnly: true }));

      expect(only?.payload).toHaveLength(0);
      expect(decodeHeaders(only?.headers ?? "").get("nats-msg-id")).toBe("one");
    });

    test("finds nothing in an empty stream, and rejects without one", async () => {
      await using it = await world();

      expect(await sequences(it.broker.read("THINGS"))).toEqual([]);
      await expect(sequences(it.broker.read("NOTHING"))).rejects.toThrow();
    });

    test("can be left early", async () => {
      await using it = await world();
      await publishMany(it.broker, 50);

      for await (const { sequence } of it.broker.read("THINGS")) if (sequence === 3) break;

      expect(await sequences(it.broker.read("THINGS", { fromSequence: 49 }))).toEqual([49, 50]);
    });
  });
}
