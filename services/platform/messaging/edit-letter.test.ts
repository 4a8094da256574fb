import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { fromBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import { messageOf, type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";

const { durable } = sinkConsumer;
const person = { actor: "ann", reason: "wrong order" };

/** A sink in which only a mended version 2 can be handled. */
async function poisoned() {
  const world = await sinkWorld();
  const replica = world.start({
    settings: { ATTEMPTS_MAX: 2 },
    behaviour: ({ reason }, { version }) => {
      if (version === 2 && reason !== "mended") throw new Error(`cannot handle ${reason}`);
    },
  });
  await world.send("1", [1, 2, 3]);
  const letter = await theLetter(world);
  return {
    world,
    replica,
    letter,
    repair: replica.messaging.repair(durable),
    async [Symbol.asyncDispose]() {
      await replica[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

async function theLetter({ pool }: SinkWorld) {
  return eventually(
    async () => {
      const [row] = await pool.q.execute<{
        id: string;
        event_id: string;
        payload: Buffer;
        state: string;
        revision: number;
        attempts: number;
      }>(sql`select id, event_id, payload, state, revision, attempts from dead_letters`);
      if (!row) throw new Error("no letter yet");
      return { ...row, id: Number(row.id) };
    },
    { deadlineMs: 40_000 },
  );
}

const revisions = ({ pool }: SinkWorld) =>
  pool.q.execute<{ revision: number; payload: Buffer; reason: string | null }>(
    sql`select revision, payload, reason from dead_letter_revisions order by revision`,
  );

const mended = { orderId: "2", reason: "mended" };

describe("editing a dead letter", () => {
  test("keeps a payload with a NUL as it is, and shows the NUL in what was changed", async () => {
    await using it = await poisoned();

    const { difference } = await it.repair.edit({
      ...person,
      id: it.letter.id,
      revision: 1,
      payload: { orderId: "2", reason: "a\0b" },
    });

    expect(difference).toEqual([{ path: "reason", before: null, after: "a\u2400b" }]);
    const [, edited] = await revisions(it.world);
    expect(fromBinary(OrderConfirmedSchema, edited?.payload ?? Buffer.of()).reason).toBe("a\0b");
  });

  test("keeps every revision and tells them apart field by field", async () => {
    await using it = await poisoned();
    const { id } = it.letter;

    const first = await it.repair.edit({
      ...person,
      id,
      revision: 1,
      payload: { orderId: "2", reason: "half mended" },
    });
    const second = await it.repair.edit({ ...person, id, revision: 2, payload: mended });

    expect(first).toEqual({
      outcome: "edited",
      revision: 2,
      difference: [{ path: "reason", before: null, after: "half mended" }],
    });
    expect(second).toMatchObject({
      revision: 3,
      difference: [{ path: "reason", before: "half mended", after: "mended" }],
    });
    const kept = await revisions(it.world);
    expect(kept.map(({ revision, reason }) => [revision, reason])).toEqual([
      [1, null],
      [2, "wrong order"],
      [3, "wrong order"],
    ]);
    expect(kept[0]?.payload).toEqual(it.letter.payload);
    const now = await theLetter(it.world);
    expect(now).toMatchObject({ state: "dead", revision: 3, event_id: it.letter.event_id });
    const body = fromBinary(OrderConfirmedSchema, now.payload);
    expect(body).toMatchObject({ reason: "mended", orderId: 2n, eventId: it.letter.event_id });
    await it.replica.messaging.redrive(durable, id);
    await eventually(async () => expect(await it.world.handled()).toHaveLength(3));
    expect(await it.world.disorder()).toBe(0);
  });

  test("runs the new revision in the same transaction when asked to, once and in order", async () => {
    await using it = await poisoned();
    const { id } = it.letter;
    const change = { ...person, id, revision: 1, payload: mended, redrive: true };

    const both = await Promise.allSettled([
      it.repair.edit(change),
      it.repair.edit(change),
      it.replica.messaging.redrive(durable, id),
    ]);

    const outcomes = both.map((one) => (one.status === "fulfilled" ? one.value.outcome : "no"));
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
    expect(await theLetter(it.world)).toMatchObject({ state: "done", revision: 2 });
    await eventually(async () => expect(await it.world.handled()).toHaveLength(3));
    expect(await it.world.disorder()).toBe(0);
  });

  test("leaves everything as it was when the handler fails with the new revision", async () => {
    await using it = await poisoned();
    const { id, attempts } = it.letter;
    const payload = { orderId: "2", reason: "worse" };

    const edited = await it.repair.edit({ ...person, id, revision: 1, payload, redrive: true });

    expect(edited).toMatchObject({
      outcome: "failed",
      revision: 1,
      error: "Error: cannot handle worse",
    });
    expect(await theLetter(it.world)).toMatchObject({ state: "dead", revision: 1, attempts });
    expect(await revisions(it.world)).toHaveLength(0);
    const [entry] = await it.world.pool.q.execute(sql`select action, detail from audit`);
    expect(entry).toMatchObject({
      action: "edit and redrive",
      detail: { outcome: "failed", error: "Error: cannot handle worse", reason: "wrong order" },
    });
  });

  test("shows the difference and stores nothing when it is only checked", async () => {
    await using it = await poisoned();

    const checked = await it.repair.edit({
      ...person,
      id: it.letter.id,
      revision: 1,
      payload: mended,
      dryRun: true,
      redrive: true,
    });

    expect(checked).toMatchObject({ outcome: "checked", revision: 1 });
    expect(checked.difference).toHaveLength(1);
    expect(await theLetter(it.world)).toMatchObject({ state: "dead", revision: 1 });
  });

  test("refuses what its contract does not allow, in words", async () => {
    await using it = await poisoned();
    const { id } = it.letter;
    const refusalOf = async (payload: Record<string, string | number>, revision = 1) => {
      const edit = it.repair.edit({ ...person, id, revision, payload });
      return edit.then(
        () => "edited",
        (error: Error) => error.message,
      );
    };

    expect(await refusalOf({ orderId: "2", dish: "soup" })).toMatch(/invalid payload: .*dish/);
    expect(await refusalOf({ orderId: "0" })).toMatch(/invalid payload: /);
    expect(await refusalOf({ orderId: "two" })).toMatch(/invalid payload: /);
    expect(await refusalOf({ orderId: 2 ** 53 })).toMatch(/beyond 2\^53 must be written as text/);
    expect(await refusalOf({ orderId: "2", eventId: crypto.randomUUID() })).toBe(
      `the event id stays ${it.letter.event_id}: it is the same message`,
    );
    expect(await refusalOf({ orderId: "2" })).toBe(
      "the payload says what is there already: redrive the letter as it is",
    );
    expect(await refusalOf(mended, 2)).toBe(
      `dead letter ${id} is no longer at revision 2; look at it again`,
    );
    expect(await revisions(it.world)).toHaveLength(0);
  });

  test("mends a letter whose bytes cannot be read, with a whole new payload", async () => {
    await using world = await sinkWorld();
    await using replica = world.start();
    const message = messageOf("1", 1);
    await eventually(() =>
      replica.broker.publish({ ...message, payload: message.payload.subarray(0, -1) }),
    );
    const { id, payload } = await theLetter(world);

    const edited = await replica.messaging
      .repair(durable)
      .edit({ ...person, id, revision: 1, payload: { orderId: "1" }, redrive: true });

    expect(edited).toMatchObject({
      outcome: "done",
      revision: 2,
      difference: [{ path: "", before: null, after: { orderId: "1", eventId: message.eventId } }],
    });
    expect(await world.handled()).toEqual([{ key: "order/1", version: 1 }]);
    expect((await revisions(world))[0]?.payload).toEqual(payload);
  });
});
