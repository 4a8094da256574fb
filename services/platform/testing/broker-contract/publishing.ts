import { describe, expect, test } from "bun:test";
import { eventually } from "../eventually.ts";
import { type MakeWorld, message } from "./world.ts";

export function publishing(name: string, world: MakeWorld): void {
  describe(`${name}: publish`, () => {
    test("is answered with the place of the message, counted from 1", async () => {
      await using it = await world();

      const first = await it.broker.publish(message("things.a"));
      const second = await it.broker.publish(message("things.b"));

      expect(first).toEqual({ stream: "THINGS", sequence: 1, duplicate: false });
      expect(second).toEqual({ stream: "THINGS", sequence: 2, duplicate: false });
    });

    test("stores an id once within the window, and says so", async () => {
      await using it = await world();
      await it.broker.publish(message("things.a", "one"));

      const again = await it.broker.publish(message("things.a", "one"));

      expect(again).toEqual({ stream: "THINGS", sequence: 1, duplicate: true });
      expect((await it.broker.streamState("THINGS"))?.messages).toBe(1);
    });

    test("stores an id anew once the window has passed", async () => {
      await using it = await world();
      await it.server.createStream("BRIEF", { duplicateWindowMs: 100 });
      await it.broker.publish(message("brief.a", "one"));

      await eventually(async () => {
        const { duplicate } = await it.broker.publish(message("brief.a", "one"));
        return !duplicate;
      });
    });

    test("keeps many in the order in which they were handed over", async () => {
      await using it = await world();

      const acks = await Promise.all(
        Array.from({ length: 500 }, (_, index) => it.broker.publish(message(`things.${index}`))),
      );

      expect(acks.map(({ sequence }) => sequence)).toEqual(acks.map((_, index) => index + 1));
    });

    test("rejects where no stream takes the subject", async () => {
      await using it = await world();

      await expect(it.broker.publish(message("nothing.a"))).rejects.toThrow("no stream");
    });

    test("rejects what is too large, and goes on", async () => {
      await using it = await world();
      const large = { ...message("things.a"), payload: new Uint8Array(it.server.payloadMax + 1) };

      await expect(it.broker.publish(large)).rejects.toThrow();

      expect((await it.broker.publish(message("things.a"))).sequence).toBe(1);
    });

    test("rejects when no answer comes in time; the message may be stored", async () => {
      await using it = await world();
      const hasty = await it.server.connect(300);
      it.server.pause();

      // Between the signal and the pause it may still answer.
      await eventually(async () => {
        const publishing = hasty.publish(message("things.a", "one"));
        await expect(publishing).rejects.toThrow("300 ms");
      });
      it.server.resume();
      await eventually(async () => {
        const ack = await it.broker.publish(message("things.a", "one"));
        expect(ack.sequence).toBe(1);
      });
      await hasty.close();
    });

    test("rejects at once while there is no connection, and works again when there is", async () => {
      await using it = await world();
      await it.server.kill();
      await eventually(() => !it.broker.connected());

      await expect(it.broker.publish(message("things.a"))).rejects.toThrow("not connected");

      await it.server.restart();
      await eventually(() => it.broker.connected());
      expect((await it.broker.publish(message("things.a"))).sequence).toBe(1);
    });

    test("rejects after close, and what was unanswered then", async () => {
      await using it = await world();
      const closing = await it.server.connect(5_000);
      it.server.pause();
      const unanswered = closing.publish(message("things.a"));
      unanswered.catch(() => undefined);

      await closing.close();

      await expect(unanswered).rejects.toThrow();
      await expect(closing.publish(message("things.a"))).rejects.toThrow();
      expect(closing.connected()).toBe(false);
    });
  });
}
