import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

let world: QuickBite;
beforeAll(async () => {
  world = await openQuickBite();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** How many rows there are of everything that a request could write. */
async function written() {
  const { orders, inventory } = world.sql;
  return [
    ...(await orders`
      select (select count(*)::int from orders) as orders,
        (select count(*)::int from outbox) as outbox,
        (select count(*)::int from outbox_sent) as sent,
        (select count(*)::int from idempotency_keys) as keys`),
    ...(await inventory`
      select (select count(*)::int from reservations) as reservations,
        (select count(*)::int from outbox) as outbox,
        (select jsonb_agg(i order by sku) from items i) as items`),
  ];
}

const json = "application/json";

/** Sends bytes as they are, and returns status and the text that the caller is told. */
async function send(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  contentType = json,
): Promise<readonly [number, string]> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": contentType, "idempotency-key": crypto.randomUUID() },
    body,
  });
  const text = await response.text();
  const answer = text.startsWith("{") ? JSON.parse(text) : {};
  return [response.status, answer.detail ?? answer.message ?? text];
}

const notUtf8 = Buffer.concat([
  Buffer.from('{"userId":"'),
  Buffer.from([0xff, 0xfe]),
  Buffer.from('","sku":"pizza","quantity":1}'),
]);
const order = (changes: string) => `{"userId":"ann","sku":"pizza","quantity":1,${changes}}`;
const large = order(`"note":"${"x".repeat(65 * 1024)}"`);
const quantity = (text: string) => `{"userId":"ann","sku":"pizza","quantity":${text}}`;

describe("hostile input", () => {
  test.each<[what: string, body: string | Uint8Array<ArrayBuffer>, status: number, text: string]>([
    ["more than 64 KB", large, 413, "body must be at most 65536 bytes"],
    ["no JSON", "{", 400, "invalid json"],
    ["no object", "[]", 400, "invalid json"],
    ["null", "null", 400, "invalid json"],
    ["nothing", "", 400, "invalid json"],
    ["no UTF-8", notUtf8, 400, "invalid json"],
    ["half a surrogate", order('"note":"\\ud800"'), 400, "invalid json"],
    ["a hundred levels", order(`"note":${"[".repeat(100)}${"]".repeat(100)}`), 400, "invalid json"],
    ["an unknown key", order('"price":1'), 400, "unknown field price"],
    ["a prototype", order('"__proto__":{"admin":true}'), 400, "unknown field __proto__"],
    ["no user", '{"sku":"pizza","quantity":1}', 400, "userId is required"],
    ["a blank user", '{"userId":" ","sku":"pizza"}', 400, "userId is required"],
    ["a number for a user", '{"userId":1,"sku":"pizza"}', 400, "userId must be a string"],
    ["an object for a sku", '{"userId":"ann","sku":{}}', 400, "sku must be a string"],
    ["a NUL", '{"userId":"ann","sku":"a\\u0000","quantity":1}', 400, "sku must not contain NUL"],
    ["no quantity", '{"userId":"ann","sku":"pizza"}', 400, "quantity must be > 0"],
    ["nothing of it", quantity("0"), 400, "quantity must be > 0"],
    ["less than nothing", quantity("-1"), 400, "quantity must be > 0"],
    ["half a piece", quantity("1.5"), 400, "quantity must be an integer"],
    ["a number as a string", quantity('"1"'), 400, "quantity must be an integer"],
    ["a truth for a number", quantity("true"), 400, "quantity must be an integer"],
    ["more than a million", quantity("1000001"), 400, "quantity is too large"],
    ["beyond 64 bits", quantity("99999999999999999999"), 400, "quantity is too large"],
    ["beyond all numbers", quantity("1e999"), 400, "quantity is too large"],
    ["both forms", order('"items":[]'), 400, "use either sku and quantity or items"],
    ["no line", '{"userId":"ann","items":[]}', 400, "items must have 1 to 50 lines"],
    ["lines that are none", '{"userId":"ann","items":{}}', 400, "items must be an array"],
  ])("at REST, %s is refused and writes nothing", async (_, body, status, text) => {
    const before = await written();

    expect(await send(`${world.orders[0].url}/v1/orders`, body)).toEqual([status, text]);

    expect(await written()).toEqual(before);
  });

  const create = "/orders.v1.OrdersService/CreateOrder";
  test.each<[what: string, body: string | Uint8Array<ArrayBuffer>, status: number, text: RegExp]>([
    ["more than 64 KB", large, 413, /at most 65536 bytes/],
    ["no JSON", "{", 400, /JSON|json/],
    ["no object", "[]", 400, /cannot decode message/],
    ["no UTF-8", notUtf8, 400, /utf-8/],
    ["an unknown key", order('"price":1'), 400, /"price" is unknown/],
    ["a number for a user", '{"userId":1,"sku":"pizza","quantity":1}', 400, /user_id/],
    ["no quantity", '{"userId":"ann","sku":"pizza"}', 400, /^quantity must be > 0$/],
    ["less than nothing", quantity("-1"), 400, /^quantity must be > 0$/],
    ["half a piece", quantity("1.5"), 400, /quantity/],
    ["a number as a string", quantity('"1"'), 400, /^quantity must be an integer$/],
    [
      "a number as a string in a line",
      '{"userId":"ann","items":[{"sku":"pizza","quantity":"1"}]}',
      400,
      /^quantity must be an integer$/,
    ],
    ["a truth for a number", quantity("true"), 400, /quantity/],
    ["more than a million", quantity("1000001"), 400, /^quantity is too large$/],
    ["beyond 32 bits", quantity("2147483648"), 400, /quantity/],
    ["beyond all numbers", quantity("1e999"), 400, /quantity/],
  ])("by Connect JSON, %s is refused and writes nothing", async (_, body, status, text) => {
    const before = await written();

    const [answered, message] = await send(`${world.orders[0].url}${create}`, body);

    expect([answered, message]).toEqual([status, expect.stringMatching(text)]);
    expect(await written()).toEqual(before);
  });

  const reserve = "/inventory.v1.InventoryService/ReserveStock";
  test.each<[what: string, body: string | Uint8Array<ArrayBuffer>, text: RegExp]>([
    ["no sku", '{"quantity":1}', /^sku is required$/],
    ["a blank sku", '{"sku":"  ","quantity":1}', /^sku is required$/],
    ["no quantity", '{"sku":"pizza"}', /^quantity must be > 0$/],
    ["less than nothing", '{"sku":"pizza","quantity":-2147483648}', /^quantity must be > 0$/],
    ["a number as a string", '{"sku":"pizza","quantity":"1"}', /^quantity must be an integer$/],
    ["beyond 32 bits", '{"sku":"pizza","quantity":4294967297}', /quantity/],
    [
      "an id beyond 64 bits",
      '{"sku":"pizza","quantity":1,"orderId":"9223372036854775808"}',
      /order/,
    ],
    ["an id below nothing", '{"sku":"pizza","quantity":1,"orderId":"-1"}', /^invalid id$/],
    ["an unknown key", '{"sku":"pizza","quantity":1,"source":"order"}', /"source" is unknown/],
    ["a NUL", '{"sku":"a\\u0000","quantity":1}', /^sku must not contain NUL$/],
  ])("at inventory by Connect JSON, %s is refused and writes nothing", async (_, body, text) => {
    const before = await written();

    const [status, message] = await send(`${world.inventory[0].url}${reserve}`, body);

    expect([status, message]).toEqual([400, expect.stringMatching(text)]);
    expect(await written()).toEqual(before);
  });

  test("bytes that are no protobuf are refused by both services", async () => {
    const before = await written();
    const garbage = Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0x7f, 0x01);
    for (const url of [`${world.orders[0].url}${create}`, `${world.inventory[0].url}${reserve}`])
      expect((await send(url, garbage, "application/proto"))[0]).toBe(400);

    expect(await written()).toEqual(before);
  });
});
