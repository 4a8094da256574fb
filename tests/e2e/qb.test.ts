import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { qbOn, runQb } from "./qb.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

let world: QuickBite;
let qb: ReturnType<typeof qbOn>;
beforeAll(async () => {
  world = await openQuickBite({ ordersSettings: { DEMO: "on" } });
  qb = qbOn(world);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface Seeded {
  readonly seeded: readonly { what: string; outcome: string; orderId?: number }[];
}
const stuck = ({ seeded }: Seeded) => seeded.at(-1)?.orderId ?? 0;

describe("qb seed", () => {
  test("makes orders in every state, a dead letter among them, and nothing twice", async () => {
    const plan = await qb("seed", "--dry-run", "--json");
    expect((await world.sql.orders`select from orders`).length).toBe(0);

    const first = await qb("seed", "--json");
    const { seeded } = first.json() as Seeded;
    const again = (await qb("seed", "--json")).json() as Seeded;

    expect([plan.code, first.code]).toEqual([0, 0]);
    expect(plan.json()).toEqual({ wouldMake: seeded.map(({ what }) => what) });
    expect(seeded.every(({ outcome }) => outcome === "made")).toBe(true);
    expect(again.seeded.every(({ outcome }) => outcome === "already there")).toBe(true);
    expect(again.seeded.map(({ orderId }) => orderId)).toEqual(
      seeded.map(({ orderId }) => orderId),
    );
    const states = await world.sql.orders<{ status: string; reason: string | null }[]>`
      select status, reason from orders order by id`;
    expect(states.map(({ status, reason }) => [status, reason])).toEqual([
      ["CONFIRMED", null],
      ["CONFIRMED", null],
      ["CANCELLED", "insufficient stock"],
      ["CANCELLED", "my friends are late"],
      ["PENDING", null],
    ]);
    expect(await world.stock("burger")).toMatchObject({ available: "5" });
    expect(await world.stock("pizza")).toMatchObject({ available: "10" });
    const { status } = await fetch(`${world.inventory[0].url}/readyz`);
    expect(status).toBe(200);
  });
});

describe("qb dlq", () => {
  test("lists, shows and redrives what could not be handled", async () => {
    const id = stuck((await qb("seed", "--json")).json() as Seeded);
    const listed = await eventually(
      async () => {
        const { deadLetters } = (await qb("dlq", "ls", "--json")).json() as {
          deadLetters: { id: number; service: string; key: string; reason: string }[];
        };
        expect(deadLetters).toHaveLength(1);
        return deadLetters[0];
      },
      { deadlineMs: 20_000 },
    );
    const name = `inventory/${listed?.id}`;

    expect(listed).toMatchObject({
      service: "inventory",
      key: `order/${id}`,
      reason: "unreadable",
    });
    const plain = await qb("dlq", "ls");
    expect(plain.out.split("\n")[0]).toBe("ID\tAGE\tSTATE\tCONSUMER\tKEY\tTYPE\tREASON\tERROR");
    expect(plain.out).toContain(`${name}\t`);
    expect(plain.out).not.toContain("\x1b");

    const shown = await qb("dlq", "show", name);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain("bytes that cannot be decoded");
    expect(shown.out).toContain("ce-type\torders.v1.order_created");
    expect(shown.out).toContain(`Try next: qb dlq redrive ${name} --dry-run`);
    // A bare number is enough where only one service has it.
    const bare = await qb("dlq", "show", String(listed?.id), "--json");
    expect(bare.json()).toMatchObject({ id: listed?.id, lane: { state: "blocked" } });

    const dry = await qb("dlq", "redrive", name, "--dry-run", "--json");
    expect(dry.json()).toMatchObject({
      wouldFail: 1,
      letters: [{ id: listed?.id, key: `order/${id}`, verdict: "would_fail" }],
    });
    const redriven = await qb("dlq", "redrive", name);
    expect(redriven.code).toBe(1);
    expect(redriven.error).toContain(`${name} failed again`);
    expect(redriven.error).toContain(`Try next: qb dlq show ${name}`);
    const lanes = await qb("lane", "ls", "--json");
    expect(lanes.json()).toMatchObject({ lanes: [{ key: `order/${id}`, state: "blocked" }] });
  });

  test("tells refusals from mistakes by the exit code", async () => {
    const unknown = await qb("dlq", "redrive", "orders/4711");
    const misspelt = await qb("dlq", "show", "kitchen/1");
    const skipped = await qb("lane", "skip", "inventory-service", "order/4711");
    const consumer = await qb("lane", "skip", "kitchen-service", "order/1");

    expect([unknown.code, unknown.error]).toEqual([4, "qb: orders: not found\n"]);
    expect(misspelt.code).toBe(2);
    expect([skipped.code, skipped.error]).toEqual([
      4,
      "qb: inventory: no message of order/4711 ever came here\n",
    ]);
    expect(consumer.code).toBe(2);
    expect(consumer.error).toContain("there is orders-service, inventory-service");
  });
});

describe("qb order follow", () => {
  test("tells an order's life step by step until it is decided", async () => {
    const id = await world.accepted({ userId: "ann", sku: "pizza", quantity: 1 });

    const plain = await qb("order", "follow", String(id));
    const json = await qb("order", "follow", String(id), "--json");

    expect(plain.code).toBe(0);
    const told = plain.out.trimEnd().split("\n");
    const steps = json.lines() as readonly { where: string; what: string }[];
    expect(steps.map(({ where, what }) => `${where}: ${what.replace(/ \d+$/, " N")}`)).toEqual(
      expect.arrayContaining([
        "orders: PENDING: 1 x pizza",
        "orders: order_created v1 written to the outbox",
        "broker: order_created v1 stored as ORDERS N",
        "inventory-service: order_created v1 handled",
        "inventory: inventory_reserved v1 written to the outbox",
        "broker: inventory_reserved v1 stored as INVENTORY N",
        "orders-service: inventory_reserved v1 handled",
        "orders: order_confirmed v2 written to the outbox",
        "broker: order_confirmed v2 stored as ORDERS N",
        "inventory-service: order_confirmed v2 handled",
        "orders: CONFIRMED",
      ]),
    );
    expect(told).toHaveLength(11);
    expect(steps).toHaveLength(11);
  });

  test("shows where a stuck order is held, and gives up in time", async () => {
    const id = stuck((await qb("seed", "--json")).json() as Seeded);

    const { code, out, error } = await qb("order", "follow", String(id), "--timeout", "2");

    expect(code).toBe(1);
    expect(out).toContain("order_created v1 is a dead letter");
    expect(out).toContain("Try next: qb dlq show inventory/");
    expect(error).toContain(`order ${id} is still PENDING after 2 s`);
  });

  test("refuses an order that is not there", async () => {
    expect((await qb("order", "follow", "4711")).code).toBe(4);
    expect((await qb("order", "follow", "x")).code).toBe(2);
  });
});

describe("qb outbox, topology and doctor", () => {
  test("show what is on its way", async () => {
    const { code, out } = await qb("outbox", "ls");

    expect(code).toBe(0);
    expect(out).toContain("orders: 0 waiting");
    expect(out).toContain("inventory: 0 waiting");
  });

  test("show and mend what differs from the declared topology", async () => {
    const asDeclared = await qb("topology", "plan", "--json");
    expect(asDeclared.json()).toEqual({ changes: [] });
    const connection = await world.broker.connection(5_000);
    await connection.request("$JS.API.STREAM.DELETE.CANARY");

    const plan = await qb("topology", "apply", "--dry-run");
    expect(plan.out).toContain("+ stream CANARY");
    await qb("topology", "apply");
    expect((await qb("topology", "plan", "--json")).json()).toEqual({ changes: [] });
  });

  test("name every check of every service, with a way out of what is not well", async () => {
    await qb("seed");
    const { code, json } = await eventually(async () => {
      const run = await qb("doctor", "--json");
      expect(run.out).toContain("1 dead letters");
      return run;
    });

    const { findings } = json() as {
      findings: { about: string; state: string; wayOut: string | null }[];
    };
    const of = (about: string) => findings.find((finding) => finding.about === about);
    expect(code).toBe(0);
    expect(of("bun")?.state).toBe("ok");
    expect(of("nats-server")?.state).toBe("ok");
    expect(of("topology")?.state).toBe("ok");
    expect(of("orders database")?.state).toBe("ok");
    expect(of("inventory inventory-service")).toMatchObject({
      state: "warn",
      wayOut: "qb dlq ls",
    });
  });
});

describe("qb by itself", () => {
  const nowhere = {
    ORDERS_URL: "http://127.0.0.1:9",
    INVENTORY_URL: "http://127.0.0.1:9",
    NATS_URL: "nats://127.0.0.1:9",
  };

  test("says what does not answer, and what to do", async () => {
    const dlq = await runQb(["dlq", "ls"], nowhere);
    const topology = await runQb(["topology", "plan"], nowhere);
    const doctor = await runQb(["doctor"], nowhere);

    expect([dlq.code, dlq.error]).toEqual([
      3,
      "qb: orders does not answer at http://127.0.0.1:9\n" +
        "Try next: bun run dev, or say where it is: qb --orders-url URL …\n",
    ]);
    expect(topology.code).toBe(3);
    expect(topology.error).toContain("the broker does not answer at nats://127.0.0.1:9");
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain("fail\tinventory\tinventory does not answer");
  });

  test("shows what the others have where one service is down, and names that one", async () => {
    const away = {
      ORDERS_URL: world.orders[0].url,
      INVENTORY_URL: "http://127.0.0.1:9",
    };
    const lists = [
      ["dlq", "ls"],
      ["dlq", "groups"],
      ["outbox", "ls"],
      ["lane", "ls"],
    ];

    for (const list of [...lists, ["overview"], ["missing", "ls"]]) {
      const told = await runQb(list, away);
      const asJson = await runQb([...list, "--json"], away);

      expect([list, told.code, asJson.code]).toEqual([list, 3, 3]);
      expect(told.error).toStartWith(
        "qb: inventory does not answer at http://127.0.0.1:9; the others are shown\n",
      );
      expect(asJson.json()).toMatchObject({ unanswered: ["inventory"] });
    }
    expect((await runQb(["outbox", "ls"], away)).out).toContain("orders: 0 waiting");
    expect((await runQb(["dlq", "ls"], away)).out).toBe("None.\n");
  });

  test("knows what was meant, and lists its exit codes", async () => {
    const misspelt = await runQb(["outbos", "ls"]);
    const help = await runQb(["--help"]);
    const flag = await runQb(["dlq", "ls", "--limit", "0"]);
    const url = await runQb(["dlq", "ls", "--orders-url", "nowhere"]);

    expect(misspelt.code).toBe(2);
    expect(misspelt.error).toContain("(Did you mean outbox?)");
    expect(help.code).toBe(0);
    expect(help.out).toContain("3  a service or the broker does not answer");
    expect(flag.code).toBe(2);
    expect(url.code).toBe(2);
  });
});
