import { describe, expect, test } from "bun:test";
import { generateKeyPairSync, sign } from "node:crypto";
import { checkOffline, claimsOf } from "./ticket-text.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const key = { kid: "k1", x: String(publicKey.export({ format: "jwk" }).x) };
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const head = { alg: "EdDSA", typ: "ticket+jwt", kid: "k1" };
const said = { sub: "b1", event: "e1", name: "Chanson à la carte", seats: 2, iat: 1 };

function ticket(header: object = head, claims: object = said): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
}

const claims = { bookingId: "b1", eventId: "e1", eventName: "Chanson à la carte", seats: 2 };

describe("a ticket without a network", () => {
  test("is known to be ours by its signature", async () => {
    expect(await checkOffline(` ${ticket()}\n`, [key])).toEqual({ signature: "holds", claims });
    expect(claimsOf(ticket())).toEqual(claims);
  });

  test("of a key that is not known here is neither ours nor not", async () => {
    expect(await checkOffline(ticket(), [])).toEqual({ signature: "unknown key", claims });
  });

  const [first = "", second = "", third = ""] = ticket().split(".");
  test.each([
    ["no ticket", "hello"],
    ["nothing", ""],
    [
      "other claims under the same signature",
      `${first}.${encoded({ ...said, seats: 20 })}.${third}`,
    ],
    ["another algorithm", ticket({ ...head, alg: "none" })],
    ["another kind of text that we signed", ticket({ ...head, typ: "JWT" })],
    ["no signature", `${first}.${second}.`],
    ["a torn signature", `${first}.${second}.${third.slice(2)}`],
    ["more parts", `${ticket()}.x`],
    ["claims that say nothing", ticket(head, { sub: "b1" })],
    ["a text that is too long", ticket(head, { ...said, name: "x".repeat(4_000) })],
  ])("does not hold when it is %s", async (_what, text) => {
    expect(await checkOffline(text, [key])).toEqual({ signature: "does not hold" });
  });
});
