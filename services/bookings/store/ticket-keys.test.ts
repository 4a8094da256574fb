import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { systemClock } from "@app/platform/clock.ts";
import { sealedBy } from "@app/platform/sealed.ts";
import { bookingsWorld, testSeal } from "../testing/world.ts";
import { ticketKeys } from "./tables.ts";
import { sealOpenKeys, ticketKeysIn } from "./ticket-keys.ts";

const seal = testSeal;
const clock = systemClock;

describe("the keys of tickets", () => {
  test("that are withdrawn or new count within a minute in every process", async () => {
    await using world = await bookingsWorld();
    const db = world.pool;
    let nowMs = 0;
    const keys = ticketKeysIn({ db, seal, clock: { ...clock, monotonicMs: () => nowMs } });
    const { kid: old } = await keys.signing();
    await world.query("delete from ticket_keys");
    const { kid: young } = await ticketKeysIn({ db, seal, clock }).signing();

    expect((await keys.signing()).kid).toBe(old);
    nowMs += 60_000;

    expect(await keys.verifying(old)).toBeUndefined();
    expect(await keys.verifying(young)).toBeDefined();
    expect((await keys.signing()).kid).toBe(young);
    expect((await keys.published()).map(({ kid }) => kid)).toEqual([young]);
  });

  test("lie sealed, and sign for nobody with another secret, while everybody verifies", async () => {
    await using world = await bookingsWorld();
    const db = world.pool;
    const { kid, privateKey } = await ticketKeysIn({ db, seal, clock }).signing();
    const others = ticketKeysIn({ db, seal: sealedBy("another secret of tests"), clock });

    const [row] = await db.q.select().from(ticketKeys);

    const open = privateKey.export({ format: "der", type: "pkcs8" });
    // The last 32 bytes are the key itself, the others say what it is.
    expect(Buffer.from(row?.sealedPrivateKey ?? []).includes(open.subarray(-32))).toBe(false);
    expect(Buffer.from(seal.open(row?.sealedPrivateKey ?? open, kid))).toEqual(open);
    await expect(others.signing()).rejects.toThrow("another secret");
    expect(await others.verifying(kid)).toMatchObject({ kid });
  });

  test("from before keys were sealed are sealed once, and sign on", async () => {
    await using world = await bookingsWorld();
    const db = world.pool;
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const open = privateKey.export({ format: "der", type: "pkcs8" });
    const { x = "" } = publicKey.export({ format: "jwk" });
    await db.q.insert(ticketKeys).values({ kid: "old", publicKey: x, sealedPrivateKey: open });

    await Promise.all([1, 2, 3].map(() => sealOpenKeys({ db, seal })));
    await sealOpenKeys({ db, seal });

    const signing = await ticketKeysIn({ db, seal, clock }).signing();
    expect(signing.kid).toBe("old");
    expect(signing.privateKey.export({ format: "der", type: "pkcs8" })).toEqual(open);
    const [row] = await db.q.select().from(ticketKeys);
    expect(Buffer.from(row?.sealedPrivateKey ?? open).includes(open.subarray(-32))).toBe(false);
  });

  test("whose private half was taken away verify on, and another one signs", async () => {
    await using world = await bookingsWorld();
    const db = world.pool;
    const { kid: old } = await ticketKeysIn({ db, seal, clock }).signing();

    await world.query("update ticket_keys set private_key = ''");

    const keys = ticketKeysIn({ db, seal, clock });
    expect((await keys.signing()).kid).not.toBe(old);
    expect(await keys.verifying(old)).toMatchObject({ kid: old });
  });
});
