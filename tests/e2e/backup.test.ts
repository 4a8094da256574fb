import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type BackedUpWorld, names, openBackedUpWorld } from "./backed-up-world.ts";

setDefaultTimeout(600_000);

let world: BackedUpWorld;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "backups-"));
  world = await openBackedUpWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const statusOf = async (id: number) => {
  const { status, body } = await world.call("orders", "GET", `/v1/orders/${id}`);
  return status === 200 ? body.status : status;
};
const decided = (id: number, status: string) =>
  eventually(async () => expect(await statusOf(id)).toBe(status), { deadlineMs: 60_000 });
const seatsLeft = async (eventId: string) =>
  (await world.call("bookings", "GET", `/events/${eventId}/availability`)).body.left;
const verified = async () => {
  const { code, out, error } = await world.qb("verify", "--full", "--wait", "60");
  return { code, error, broken: out.split("\n").filter((line) => /^(broken|unknown)/.test(line)) };
};
const green = { code: 0, error: "", broken: [] };

describe("qb backup and qb restore", () => {
  test("bring back databases that are older than the broker, and a broker that is older than they", async () => {
    const [older, newer, lost] = ["older", "newer", "lost.jsonl"].map((name) => join(folder, name));
    if (!older || !newer || !lost) throw new Error("three names");
    const eventId = await world.publishEvent(10);
    const first = await world.book(eventId, 2);
    const confirmed = await world.order("burger", 1);
    const rejected = await world.order("burger", 99);
    await decided(confirmed, "CONFIRMED");
    await decided(rejected, "CANCELLED");
    await world.deadLetter();
    const letters = await world.deadLetters();
    expect(letters).toEqual(["1 order/900001 unreadable"]);

    // Taken while the services run and customers come.
    const [backup, meanwhile] = await Promise.all([
      world.qb("backup", older, "--json", "--services", ...names),
      // On a slow machine it may be held for so long that it is told to come back.
      eventually(() => world.order("pizza", 1)),
    ]);
    expect({ code: backup.code, error: backup.error }).toEqual({ code: 0, error: "" });
    await decided(meanwhile, "CONFIRMED");
    // What is done now is known to the broker, and not to the older databases.
    await world.call("orders", "POST", `/v1/orders/${confirmed}/cancel`, {});
    await world.call("bookings", "POST", `/bookings/${first}/cancel`, {});
    const second = await world.book(eventId, 3);
    const late = await world.order("pizza", 2);
    await decided(late, "CONFIRMED");
    await world.stop("inventory");
    const undecided = await world.order("pizza", 1);
    expect((await world.qb("backup", newer, "--services", ...names)).code).toBe(0);
    await world.stop("orders", "events", "bookings");

    // The databases are older than the broker.
    await world.wipe();
    const back = await world.qb("restore", older, "--streams", newer, "--lost", lost, "--json");
    expect({ code: back.code, error: back.error }).toEqual({ code: 0, error: "" });
    await world.startAll();
    await decided(confirmed, "CONFIRMED");
    expect(await statusOf(rejected)).toBe("CANCELLED");
    expect(await seatsLeft(eventId)).toBe(8);
    expect((await world.call("bookings", "GET", `/bookings/${second}`)).status).toBe(404);
    expect(await statusOf(late)).toBe(404);
    expect(await world.deadLetters()).toEqual(letters);
    const lines = (await readFile(lost, "utf8")).trimEnd().split("\n");
    expect(back.json()).toMatchObject({ lost: lines.length });
    expect(lines.map((line) => JSON.parse(line).subject)).toContain(
      `orders.v1.order_created.${late}`,
    );
    const fresh = await world.order("pizza", 1);
    expect(fresh).toBeGreaterThan(undecided);
    await decided(fresh, "CONFIRMED");
    const third = await world.book(eventId, 4);
    expect(await seatsLeft(eventId)).toBe(4);
    expect(await verified()).toEqual(green);

    // The broker is older than the databases.
    await world.stop("orders", "inventory", "events", "bookings");
    const forth = await world.qb("restore", newer, "--streams", older, "--replace", "--json");
    expect({ code: forth.code, error: forth.error }).toEqual({ code: 0, error: "" });
    expect(forth.json()).toMatchObject({ lost: 0 });
    await world.startAll();
    await decided(undecided, "CONFIRMED");
    expect(await statusOf(confirmed)).toBe("CANCELLED");
    expect(await statusOf(late)).toBe("CONFIRMED");
    expect(await seatsLeft(eventId)).toBe(7);
    expect((await world.call("bookings", "GET", `/bookings/${third}`)).status).toBe(404);
    expect(await world.deadLetters()).toEqual(letters);
    expect(await world.order("pizza", 1)).toBeGreaterThan(fresh);
    expect(await verified()).toEqual(green);
  });
});
