import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import { qbOn } from "./qb.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

let world: QuickBite;
let qb: ReturnType<typeof qbOn>;
let folder: string;
beforeAll(async () => {
  world = await openQuickBite({ ordersSettings: { DEMO: "on" } });
  qb = qbOn(world);
  folder = await mkdtemp(join(tmpdir(), "qb-repair-"));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

interface Stuck {
  readonly orderId: number;
  /** Such as `inventory/3`. */
  readonly letter: string;
}

/** An order whose message inventory cannot read, with its dead letter. */
async function stuckOrder(sku = "pizza"): Promise<Stuck> {
  const response = await fetch(`${world.orders[0].url}/ops/v1/demo/unreadable-orders`, {
    method: "POST",
    body: JSON.stringify({ userId: "ann", sku, quantity: 1, deadlineSeconds: 86_400 }),
  });
  const { id: orderId } = (await response.json()) as { id: number };
  const letter = await eventually(async () => {
    const rows = await world.sql.inventory`
      select id from dead_letters where key = ${`order/${orderId}`} and state = 'dead'`;
    expect(rows).toHaveLength(1);
    return `inventory/${rows[0]?.id}`;
  });
  return { orderId, letter };
}

async function payloadFile(name: string, payload: unknown): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, JSON.stringify(payload));
  return path;
}

const statusOf = async (orderId: number) =>
  (await world.sql.orders`select status from orders where id = ${orderId}`)[0]?.status;

const confirmed = (orderId: number) =>
  eventually(async () => expect(await statusOf(orderId)).toBe("CONFIRMED"));

const wanted = (orderId: number) => ({
  orderId: String(orderId),
  userId: "ann",
  sku: "pizza",
  quantity: 1,
  items: [{ sku: "pizza", quantity: 1 }],
});

describe("qb dlq edit", () => {
  test("mends a message that nobody can read, so that its order is confirmed", async () => {
    const { orderId, letter } = await stuckOrder();
    const file = await payloadFile("mended.json", wanted(orderId));
    const why = ["--reason", "the sender lost a byte"];

    const wrong = await payloadFile("wrong.json", { ...wanted(orderId), dish: "soup" });
    const refused = await qb("dlq", "edit", letter, "--file", wrong, ...why, "--yes");
    expect(refused.code).toBe(4);
    expect(refused.error).toContain("dish");
    const checked = await qb("dlq", "edit", letter, "--file", file, ...why, "--dry-run");
    expect(checked.code).toBe(0);
    expect(checked.out).toContain("the whole payload\t-\t{");
    const unasked = await qb("dlq", "edit", letter, "--file", file, ...why);
    expect([unasked.code, unasked.error]).toEqual([
      2,
      expect.stringContaining("there is nobody to ask: say --yes"),
    ]);
    expect(await statusOf(orderId)).toBe("PENDING");

    const edited = await qb("dlq", "edit", letter, "--file", file, ...why, "--redrive", "--yes");

    expect(edited.code).toBe(0);
    expect(edited.out).toContain(`Done: ${letter} was edited and handled, revision 2.`);
    await confirmed(orderId);
    const [entry] = await world.sql.inventory`
      select action, detail ->> 'reason' as reason from audit order by id desc limit 1`;
    expect(entry).toEqual({ action: "edit and redrive", reason: "the sender lost a byte" });
  });
});

describe("qb overview", () => {
  test("counts what waits for a person, and leads to its cause, its letters and a note on it", async () => {
    const { letter } = await stuckOrder();

    const overview = await qb("overview", "--json");
    expect(overview.code).toBe(0);
    const { services } = overview.json() as {
      services: { service: string; deadLetters: { dead: number } }[];
    };
    const inventory = services.find(({ service }) => service === "inventory");
    expect(inventory?.deadLetters.dead).toBeGreaterThan(0);
    expect((await qb("overview")).out).toContain("Try next: qb dlq groups");

    const { groups } = (await qb("dlq", "groups", "--json")).json() as { groups: { id: string }[] };
    const group = groups[0]?.id ?? "";
    expect((await qb("dlq", "ls", "--group", group)).out).toContain(letter);
    const noted = await qb("dlq", "note", group, "the sender is being mended");
    expect([noted.code, noted.out]).toEqual([0, `Noted on ${group}: the sender is being mended\n`]);
    expect((await qb("dlq", "groups")).out).toContain("the sender is being mended");
    const unknown = await qb("dlq", "note", "000000000000", "what is this?");
    expect([unknown.code, unknown.error]).toEqual([
      4,
      "qb: there is no open group 000000000000\nTry next: qb dlq groups\n",
    ]);

    expect((await qb("dlq", "discard", letter, "--reason", "it was a test")).code).toBe(0);
  });
});

describe("qb dlq redrive of many", () => {
  test("tries them without doing anything, then works them as a run and shows how it ends", async () => {
    const first = await stuckOrder();
    const second = await stuckOrder();
    const file = await payloadFile("first.json", wanted(first.orderId));
    await qb("dlq", "edit", first.letter, "--file", file, "--reason", "mended", "--yes");

    const groups = await qb("dlq", "groups", "--json");
    const [group] = (groups.json() as { groups: { id: string; count: number }[] }).groups;
    expect(group?.count).toBe(2);
    const paced = await qb("dlq", "redrive", "--all", "--dry-run", "--canary", "1", "--wait");
    expect(paced.code).toBe(2);
    expect(paced.error).toContain("a run is meant by --canary and --wait");
    const dry = await qb("dlq", "redrive", "--group", group?.id ?? "", "--dry-run", "--json");
    expect(dry.json()).toMatchObject({
      selected: 2,
      wouldSucceed: 1,
      wouldFail: 1,
      letters: [{ verdict: "would_succeed" }, { verdict: "would_fail" }],
    });
    const stopped = await qb(
      "dlq",
      "redrive",
      second.letter,
      first.letter,
      "--wait",
      "--rate",
      "100",
    );
    expect(stopped.code).toBe(1);
    expect(stopped.error).toMatch(/run inventory\/\d+ ended as done, 1 of 2 done, 1 failed/);
    await confirmed(first.orderId);

    const one = await qb("dlq", "redrive", second.letter, "--wait", "--rate", "5", "--json");
    expect(one.code).toBe(1);
    expect(one.json()).toMatchObject({ total: 1, failed: 1, perSecond: 5 });

    const canary = await qb("dlq", "redrive", "--all", "--canary", "1", "--wait", "--json");
    expect(canary.code).toBe(1);
    const { id } = canary.json() as { id: number };
    const shown = await qb("dlq", "run", "show", `inventory/${id}`);
    expect(shown.out).toContain(`Run inventory/${id}, failed`);
    expect(shown.out).toContain(`${second.letter}\torder/${second.orderId} v1\tfailed\t`);
    const listed = await qb("dlq", "run", "ls", "--json");
    expect((listed.json() as { runs: unknown[] }).runs).toHaveLength(3);
    const ended = await qb("dlq", "run", "cancel", `inventory/${id}`);
    expect([ended.code, ended.error]).toEqual([4, `qb: inventory: run ${id} is failed\n`]);

    await qb("dlq", "discard", second.letter, "--reason", "tidied up");
  });

  test("wants to know which, of whom", async () => {
    const none = await qb("dlq", "redrive");
    const group = await qb("dlq", "redrive", "--group", "nosuchgroup");
    const rate = await qb("dlq", "redrive", "--all", "--rate", "0");
    const consumer = await qb("dlq", "redrive", "--all", "--consumer", "kitchen");

    expect([none.code, none.error]).toEqual([
      2,
      "qb: say which letters: ids, --group, conditions, or --all\nTry next: qb dlq groups\n",
    ]);
    expect(group.code).toBe(4);
    expect(rate.code).toBe(2);
    expect(consumer.code).toBe(2);
  });
});

describe("qb dlq discard and restore", () => {
  test("give a letter up and take that back, with the reason on record", async () => {
    const { orderId, letter } = await stuckOrder();

    const dry = await qb("dlq", "discard", letter, "--reason", "a test", "--dry-run");
    const discarded = await qb("dlq", "discard", letter, "--reason", "a test");
    const again = await qb("dlq", "discard", letter, "--reason", "a test");
    const restored = await qb("dlq", "restore", letter, "--reason", "not a test");
    const reasonless = await qb("dlq", "discard", letter);

    expect(dry.out).toContain(`Would give up order/${orderId} version 1. Nothing was done.`);
    expect(discarded.out).toContain(`Discarded ${letter}`);
    expect([again.code, again.error]).toEqual([4, expect.stringContaining("is no longer dead")]);
    expect(restored.out).toContain(`Restored ${letter}`);
    expect(reasonless.code).toBe(2);
    const file = await payloadFile("restored.json", wanted(orderId));
    const mended = await qb(
      ...["dlq", "edit", letter, "--file", file, "--reason", "mended", "--redrive", "--yes"],
    );
    expect(mended.code).toBe(0);
    await confirmed(orderId);
  });
});
