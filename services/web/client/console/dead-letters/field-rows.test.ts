import { describe, expect, test } from "bun:test";
import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { create, toBinary, toJson } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { flawIn, jsonOfBytes, rowsOfBytes, rowsOfJson } from "./field-rows.ts";

const eventId = "0199c1de-6b40-7c11-9d02-3f6a7e21b871";
const order = create(OrderCreatedSchema, {
  eventId,
  time: timestampFromDate(new Date("2026-05-04T12:00:00.250Z")),
  orderId: 871n,
  userId: "ada",
  sku: "demo-soup",
  quantity: 1,
  items: [{ sku: "demo-soup", quantity: 1 }],
});
const bytes = toBinary(OrderCreatedSchema, order);
const flawed = (rows: readonly { path: string; flaw?: string }[]) =>
  rows.flatMap(({ path, flaw }) => (flaw === undefined ? [] : [`${path}: ${flaw}`]));

describe("a payload that its contract reads", () => {
  test("is shown field by field, with what is inside of lists", () => {
    const rows = rowsOfJson(OrderCreatedSchema, toJson(OrderCreatedSchema, order));

    expect(rows.map(({ number, path, type, value }) => [number, path, type, value])).toEqual([
      [1, "event_id", "string", eventId],
      [2, "time", "Timestamp", "2026-05-04T12:00:00.250Z"],
      [3, "order_id", "int64", "871"],
      [4, "user_id", "string", "ada"],
      [5, "sku", "string", "demo-soup"],
      [6, "quantity", "int32", 1],
      [7, "items", "repeated OrderedItem", "1"],
      [1, "items[0].sku", "string", "demo-soup"],
      [2, "items[0].quantity", "int32", 1],
    ]);
  });

  test("has the field marked that breaks a rule of the contract", () => {
    const error = "quantity: value must be greater than 0 [int32.gt_lte]";

    expect(flawed(rowsOfJson(OrderCreatedSchema, {}, error))).toEqual([
      "quantity: Value must be greater than 0.",
    ]);
    expect(flawIn("invalid payload: items[0].quantity: must be greater than 0 [int32.gt]")).toEqual(
      {
        path: "items[0].quantity",
        text: "Must be greater than 0.",
      },
    );
    expect(flawIn("RangeError: premature EOF")).toBeUndefined();
  });
});

describe("a payload that its contract cannot read", () => {
  test("that lacks its last byte is shown up to there, and can be edited from there", () => {
    const cut = bytes.subarray(0, -1);
    const rows = rowsOfBytes(OrderCreatedSchema, cut);

    expect(flawed(rows)).toEqual([
      "items[0]: The message ends here: 1 byte is missing.",
      "items[0].quantity: The message ends here: 1 byte is missing.",
    ]);
    expect(rows.find(({ path }) => path === "items[0].sku")?.value).toBe("demo-soup");
    expect(rows.find(({ path }) => path === "time")?.value).toBe("2026-05-04T12:00:00.250Z");
    expect(jsonOfBytes(OrderCreatedSchema, cut)).toEqual({
      eventId,
      time: "2026-05-04T12:00:00.250Z",
      orderId: "871",
      userId: "ada",
      sku: "demo-soup",
      quantity: 1,
      items: [{ sku: "demo-soup" }],
    });
  });

  test("whose field has another type says what arrived and what was agreed", () => {
    // Field 6 as text: tag 6 << 3 | 2, one byte, "2".
    const text = Uint8Array.of(0x32, 0x01, 0x32);

    expect(flawed(rowsOfBytes(OrderCreatedSchema, text))).toEqual([
      "quantity: Arrived as text or bytes (wire type 2). The contract says int32 (wire type 0).",
    ]);
    expect(jsonOfBytes(OrderCreatedSchema, text)).toEqual({});
  });

  test("with a field that nobody knows shows its value", () => {
    const [row] = rowsOfBytes(OrderCreatedSchema, Uint8Array.of(0x60, 0x2a)).slice(-1);

    expect(row).toMatchObject({ number: 12, value: "42" });
    expect(row?.flaw).toBe("The contract has no field of this number.");
  });

  test("that is garbage says where it stops making sense", () => {
    for (const garbage of [
      Uint8Array.of(0x00),
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      Uint8Array.of(0x0f, 0x01),
      new TextEncoder().encode("<html>"),
    ]) {
      expect(flawed(rowsOfBytes(OrderCreatedSchema, garbage)).length).toBeGreaterThan(0);
    }
  });
});

test("of any beginning of a message as much is shown as is there", () => {
  for (let length = 0; length <= bytes.length; length += 1) {
    const rows = rowsOfBytes(OrderCreatedSchema, bytes.subarray(0, length));
    expect(rows.length).toBeGreaterThanOrEqual(7);
  }
  expect(flawed(rowsOfBytes(OrderCreatedSchema, bytes))).toEqual([]);
});
