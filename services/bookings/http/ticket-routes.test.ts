import { describe, expect, test } from "bun:test";
import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import type { Caller } from "@app/platform/auth.ts";
import { type Served, served } from "../testing/served.ts";

const keeper: Caller = { subject: "olga", roles: ["operator"] };

async function aTicket(service: Served, name = "Opera") {
  const eventId = await service.announce({ name });
  const { body: booking } = await service.call("POST", `/events/${eventId}/bookings`, {
    body: { seats: 2, userId: "ada" },
  });
  const { body } = await service.call("GET", `/bookings/${booking.id}/ticket`, {
    headers: { accept: "application/json" },
  });
  return { booking, ticket: String(body.ticket) };
}

const show = (service: Served, ticket: unknown) =>
  service.call("POST", "/tickets/verify", { body: { ticket }, caller: keeper });

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a ticket", () => {
  test("is a QR code as SVG, which nobody on the way keeps", async () => {
    await using service = await served();
    const { booking } = await aTicket(service, "Ö".repeat(200));

    const picture = await service.call("GET", `/bookings/${booking.id}/ticket`);

    expect(picture.status).toBe(200);
    expect(picture.headers.get("content-type")).toBe("image/svg+xml");
    expect(picture.headers.get("cache-control")).toBe("private, no-store");
    expect(picture.text).toStartWith("<svg");
    expect(picture.text).not.toContain("script");
  });

  test("verifies without us, by the published key, and does not name its customer", async () => {
    await using service = await served();
    const { booking, ticket } = await aTicket(service);
    const { body: document, headers } = await service.call("GET", "/tickets/keys");

    const [head = "", claims = "", signature = ""] = ticket.split(".");
    const { kid } = JSON.parse(Buffer.from(head, "base64url").toString());
    const jwk = document.keys.find((key: { kid: string }) => key.kid === kid);
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const isOurs = verify(
      null,
      Buffer.from(`${head}.${claims}`),
      key,
      Buffer.from(signature, "base64url"),
    );

    expect(isOurs).toBe(true);
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({
      sub: booking.id,
      event: booking.eventId,
      name: "Opera",
      seats: 2,
      iat: Math.floor(Date.parse(booking.createdAt) / 1_000),
    });
    expect(ticket).not.toContain("ada");
    expect(JSON.stringify(document)).not.toContain('"d"');
    expect(headers.get("cache-control")).toContain("max-age");
  });

  test("lets in once, of any number who show it at the same time", async () => {
    await using service = await served();
    const { booking, ticket } = await aTicket(service);

    const answers = await Promise.all(Array.from({ length: 8 }, () => show(service, ticket)));
    const late = await show(service, ticket);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(409)]);
    expect(late.body).toMatchObject({ detail: "already used", usedAt: expect.any(String) });
    const { body: used } = await service.call("GET", `/bookings/${booking.id}`);
    expect(used.status).toBe("USED");
    const { status, body } = await service.call("POST", `/bookings/${booking.id}/cancel`);
    expect([status, body.detail]).toEqual([409, "already used"]);
    expect(await service.seats(booking.eventId)).toMatchObject({ booked: 2 });
    const stated = (await service.announced()).map(({ type, version }) => `${type} ${version}`);
    expect(stated).toEqual(["event_booked 1", "ticket_used 2"]);
    expect((await service.announced())[1]?.message).toMatchObject({
      bookingId: booking.id,
      bookedEventId: booking.eventId,
      eventName: "Opera",
      userId: "ada",
      seats: 2,
      reason: "",
    });
    expect(await service.breaches()).toEqual([]);
  });

  test("of a cancelled booking is not given out, and lets nobody in", async () => {
    await using service = await served();
    const { booking, ticket } = await aTicket(service);
    await service.call("POST", `/bookings/${booking.id}/cancel`);

    const [shown, wanted] = [
      await show(service, ticket),
      await service.call("GET", `/bookings/${booking.id}/ticket`),
    ];

    for (const { status, body } of [shown, wanted])
      expect([status, body.detail]).toEqual([409, "booking is cancelled"]);
  });

  test("that we did not sign is invalid, however it is dressed up", async () => {
    await using service = await served();
    const { ticket } = await aTicket(service);
    const [head = "", claims = "", signature = ""] = ticket.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url").toString());
    const payload = JSON.parse(Buffer.from(claims, "base64url").toString());
    const { privateKey } = generateKeyPairSync("ed25519");
    const own = (text: string) =>
      `${text}.${sign(null, Buffer.from(text), privateKey).toString("base64url")}`;
    const forgeries = [
      "",
      "x",
      "..",
      `${ticket}.x`,
      `${head}.${claims}.`,
      `${head}.${claims}.${signature}=`,
      `${head}.${claims}.${signature.slice(0, -2)}`,
      `${head}.${encoded({ ...payload, seats: 200 })}.${signature}`,
      `${encoded({ ...header, alg: "none" })}.${claims}.${signature}`,
      `${encoded({ ...header, alg: "HS256" })}.${claims}.${signature}`,
      own(`${head}.${claims}`),
      own(`${encoded({ ...header, kid: "mine" })}.${claims}`),
      own(`${encoded({ ...header, typ: "JWT" })}.${claims}`),
      `${Buffer.from("null").toString("base64url")}.${claims}.${signature}`,
    ];

    for (const forgery of forgeries) {
      const { status, body } = await show(service, forgery);
      expect([forgery, status, body.detail]).toEqual([forgery, 400, "invalid ticket"]);
    }
    expect((await show(service, undefined)).body.detail).toBe("invalid ticket");
    expect((await show(service, 7)).status).toBe(400);
    expect((await show(service, ticket)).status).toBe(200);
  });

  test("of another database's booking lets nobody in, though the key is ours", async () => {
    await using service = await served();
    const { booking, ticket } = await aTicket(service);
    await service.query(`delete from bookings where id = '${booking.id}'`);

    expect((await show(service, ticket)).body.detail).toBe("invalid ticket");
  });

  test("is looked at by operators alone", async () => {
    await using service = await served();
    const { ticket } = await aTicket(service);
    const caller: Caller = { subject: "ada", roles: ["customer"] };

    const answer = await service.call("POST", "/tickets/verify", { body: { ticket }, caller });

    expect(answer.status).toBe(403);
  });
});
