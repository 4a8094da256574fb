import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import { fast, kitchen, runInState } from "../testing/kitchen.ts";
import { messageOf, sinkConsumer } from "../testing/sink.ts";
import { DryRunView, LetterGroupsView, NotedGroupsView } from "./ops-repair-views.ts";
import { DeadLettersView } from "./ops-views.ts";

setDefaultTimeout(120_000);

const consumer = sinkConsumer.durable;

describe("groups of dead letters", () => {
  test("are by what went wrong, without ids and numbers, and select a run", async () => {
    const id = crypto.randomUUID();
    await using it = await kitchen({
      "1": "table 17 is taken",
      "2": "table 4711 is taken",
      "3": `guest ${id} left`,
    });

    const { groups } = await it.read(`dead-letters/groups?consumer=${consumer}`, LetterGroupsView);
    expect(groups.map(({ error, count }) => [error, count])).toEqual([
      ["Error: table <n> is taken", 2],
      ["Error: guest <id> left", 1],
    ]);
    expect(groups[0]).toMatchObject({
      consumer,
      type: "orders.v1.order_confirmed",
      reason: "attempts_used",
    });
    it.broken.clear();
    const { status, body } = await it.post("redrive-runs", {
      consumer,
      group: groups[0]?.id,
      ...fast,
    });

    expect(status).toBe(201);
    expect(await runInState(it, body.id, "done")).toMatchObject({ total: 2, done: 2, pending: 0 });
    const left = await it.read("dead-letters/groups", LetterGroupsView);
    expect(left.groups.map((group) => group.id)).toEqual([groups[1]?.id ?? ""]);
    await eventually(async () => expect(await it.world.handled()).toHaveLength(4));
    expect(await it.world.disorder()).toBe(0);
  });

  test("are the same once a redrive met the same again", async () => {
    await using it = await kitchen({ "1": "RangeError: premature EOF", "2": "" });
    await it.world.pool.q.execute(
      sql`update dead_letters set error = 'RangeError: premature EOF' where key = 'order/2'`,
    );

    const { groups } = await it.read("dead-letters/groups", LetterGroupsView);

    expect(groups.map(({ error, count }) => [error, count])).toEqual([
      ["RangeError: premature EOF", 2],
    ]);
  });

  test("are listed letter by letter, and bear the newest note of a person", async () => {
    await using it = await kitchen({ "1": "table 17 is taken", "2": "table 4711 is taken" });
    const theGroup = async () => {
      const { groups } = await it.read("dead-letters/groups", NotedGroupsView);
      const [group] = groups;
      if (!group) throw new Error("no group");
      return group;
    };

    const { id, note, exampleId } = await theGroup();
    expect(note).toBeNull();
    const { deadLetters } = await it.read(`dead-letters?group=${id}`, DeadLettersView);
    expect(deadLetters.map((letter) => letter.key).toSorted()).toEqual(["order/1", "order/2"]);
    expect(deadLetters.map((letter) => letter.id)).toContain(exampleId);
    const none = await it.read("dead-letters?group=000000000000", DeadLettersView);
    expect(none.deadLetters).toEqual([]);

    for (const text of ["paged the owner", " fixed in 4.2.1 "]) {
      const { status } = await it.post(`dead-letters/groups/${id}/note`, { note: text });
      expect(status).toBe(200);
    }
    expect((await theGroup()).note).toMatchObject({ text: "fixed in 4.2.1", actor: "anonymous" });
    const refused = [
      await it.post(`dead-letters/groups/${id}/note`, { note: " " }),
      await it.post("dead-letters/groups/000000000000/note", { note: "what is this?" }),
    ];
    expect(refused.map(({ status, body }) => [status, body.detail])).toEqual([
      [400, "note is required"],
      [404, "not found"],
    ]);
  });
});

describe("a selection", () => {
  test.each(["group", "type", "error"])(
    "with a NUL in its %s is refused in words",
    async (name) => {
      await using it = await kitchen({});

      const answers = [
        await it.post("redrive-runs/dry-run", { consumer, [name]: "a\0b" }),
        await it.post("redrive-runs", { consumer, [name]: "a\0b" }),
      ];

      for (const { status, body } of answers) {
        expect([status, body.detail]).toEqual([400, `${name} must not contain NUL`]);
      }
    },
  );
});

describe("a dry run", () => {
  test("says of each letter whether it would still fail and why, and changes nothing", async () => {
    await using it = await kitchen({ "1": "cold", "2": "cold" });
    await it.world.broker.publish({ ...messageOf("3", 1), payload: Uint8Array.of(0xff) });
    await it.world.broker.publish({ ...messageOf("4", 1), headers: "X-A: 1" });
    await eventually(async () =>
      expect(await it.world.pool.q.execute(sql`select from dead_letters`)).toHaveLength(4),
    );
    it.broken.delete("1");

    const { status, body } = await it.post("redrive-runs/dry-run", { consumer, all: true });

    expect(status).toBe(200);
    const report = DryRunView.parse(body);
    expect(report).toMatchObject({ selected: 4, lookedAt: 4, wouldSucceed: 1, wouldFail: 2 });
    const byKey = new Map(report.letters.map((letter) => [letter.key, letter]));
    expect(byKey.get("order/1")).toMatchObject({ verdict: "would_succeed", waiting: 1 });
    expect(byKey.get("order/2")).toMatchObject({ verdict: "would_fail", error: "Error: cold" });
    expect(byKey.get("order/3")).toMatchObject({
      verdict: "would_fail",
      error: expect.any(String),
    });
    expect(byKey.get(null)).toMatchObject({
      verdict: "refused",
      error: expect.stringContaining("name no key"),
    });
    expect(await it.world.handled()).toEqual([]);
    const [state] = await it.world.pool.q.execute(sql`
      select count(*)::int as dead, max(attempts)::int as attempts from dead_letters where state = 'dead'`);
    expect(state).toEqual({ dead: 4, attempts: 1 });
  });

  test("names the letter that another one has to wait for", async () => {
    await using it = await kitchen({ "1": "cold" });
    const [first] = await it.world.pool.q.execute<{ id: string }>(sql`select id from dead_letters`);
    // As a restore leaves it: the letter behind was dead before the one in front was restored.
    await it.world.pool.q.execute(sql`
      with behind as (delete from parked returning *), told as (update lanes set waiting = 0)
      insert into dead_letters (consumer, key, version, event_id, stream, stream_sequence, subject,
        headers, payload, published_at, reason, error)
      select consumer, key, version, event_id, stream, stream_sequence, subject, headers, payload,
        published_at, 'attempts_used', 'cold' from behind`);
    it.broken.clear();

    const { body } = await it.post("redrive-runs/dry-run", { consumer, all: true });
    const run = await it.post("redrive-runs", { consumer, all: true, ...fast });

    expect(
      DryRunView.parse(body).letters.map(({ verdict, blockedBy }) => [verdict, blockedBy]),
    ).toEqual([
      ["would_succeed", null],
      ["refused", Number(first?.id)],
    ]);
    // A run takes them in the order of their versions.
    expect(await runInState(it, run.body.id, "done")).toMatchObject({ done: 2, skipped: 0 });
    expect(await it.world.disorder()).toBe(0);
  });
});
