import { describe, expect, test } from "bun:test";
import { Refusal } from "@app/platform/errors.ts";
import fc from "fast-check";
import { readOrderRequest } from "./order-request.ts";

const oneLine = { userId: "u1", sku: "burger", quantity: 2 };
const withItems = { userId: "u1", items: [{ sku: "burger", quantity: 2 }] };
const fiftyOne = Array.from({ length: 51 }, (_, index) => ({ sku: `sku${index}`, quantity: 1 }));
const long = (length: number) => "x".repeat(length);

/** Each row is an input and the first thing wrong with it. */
const refusals: readonly (readonly [what: string, input: unknown, text: string])[] = [
  ["no body", null, "invalid json"],
  ["a list", [oneLine], "invalid json"],
  ["a text", "order", "invalid json"],

  ["an empty object", {}, "userId is required"],
  ["a null userId", { ...oneLine, userId: null }, "userId is required"],
  ["a blank userId", { ...oneLine, userId: " \t\n" }, "userId is required"],
  ["a userId of another type", { ...oneLine, userId: 7 }, "userId must be a string"],

  ["no sku", { userId: "u1", quantity: 1 }, "sku is required"],
  ["a null sku", { ...oneLine, sku: null }, "sku is required"],
  ["a blank sku", { ...oneLine, sku: "  " }, "sku is required"],
  ["a sku of another type", { ...oneLine, sku: ["burger"] }, "sku must be a string"],
  ["no quantity", { userId: "u1", sku: "burger" }, "quantity must be > 0"],
  ["a null quantity", { ...oneLine, quantity: null }, "quantity must be > 0"],
  ["a quantity of 0", { ...oneLine, quantity: 0 }, "quantity must be > 0"],
  ["a negative quantity", { ...oneLine, quantity: -3 }, "quantity must be > 0"],
  ["a negative fraction", { ...oneLine, quantity: -0.5 }, "quantity must be > 0"],
  [
    "a negative number beyond all",
    { ...oneLine, quantity: Number.NEGATIVE_INFINITY },
    "quantity must be > 0",
  ],
  ["a quantity as text", { ...oneLine, quantity: "2" }, "quantity must be an integer"],
  ["a quantity that is true", { ...oneLine, quantity: true }, "quantity must be an integer"],
  ["a fraction", { ...oneLine, quantity: 1.5 }, "quantity must be an integer"],
  ["too much", { ...oneLine, quantity: 1_000_001 }, "quantity is too large"],
  ["far too much", { ...oneLine, quantity: 1e300 }, "quantity is too large"],
  [
    "a number beyond all",
    { ...oneLine, quantity: Number.POSITIVE_INFINITY },
    "quantity is too large",
  ],

  ["both forms", { ...oneLine, items: [] }, "use either sku and quantity or items"],
  ["items beside a sku", { ...withItems, sku: "x" }, "use either sku and quantity or items"],
  [
    "items beside a quantity",
    { ...withItems, quantity: 0 },
    "use either sku and quantity or items",
  ],
  ["both forms, one misshapen", { ...oneLine, items: 3 }, "use either sku and quantity or items"],
  ["items of another type", { userId: "u1", items: { sku: "x" } }, "items must be an array"],
  ["no lines", { userId: "u1", items: [] }, "items must have 1 to 50 lines"],
  ["51 lines", { userId: "u1", items: fiftyOne }, "items must have 1 to 50 lines"],
  ["a line that is a text", { userId: "u1", items: ["burger"] }, "items[0] must be an object"],
  [
    "a line that is null",
    { userId: "u1", items: [{ sku: "a", quantity: 1 }, null] },
    "items[1] must be an object",
  ],
  ["a line without a sku", { userId: "u1", items: [{ quantity: 1 }] }, "sku is required"],
  ["a line without a quantity", { userId: "u1", items: [{ sku: "a" }] }, "quantity must be > 0"],
  [
    "a sku twice after trimming",
    {
      userId: "u1",
      items: [
        { sku: "a", quantity: 1 },
        { sku: " a ", quantity: 1 },
      ],
    },
    "sku occurs twice",
  ],

  ["a long userId", { ...oneLine, userId: long(129) }, "userId is too long"],
  ["a long sku", { ...oneLine, sku: long(65) }, "sku is too long"],
  ["a long note", { ...oneLine, note: long(1_001) }, "note is too long"],
  ["a long note of wide characters", { ...oneLine, note: "🍔".repeat(1_001) }, "note is too long"],
  ["a note of another type", { ...oneLine, note: 1 }, "note must be a string"],
  ["NUL in the userId", { ...oneLine, userId: "u\0" }, "userId must not contain NUL"],
  ["NUL in a sku", { ...oneLine, sku: "bur\0ger" }, "sku must not contain NUL"],
  ["NUL in the note", { ...oneLine, note: "\0" }, "note must not contain NUL"],
  ["half a character", { ...oneLine, note: "\ud83c" }, "note must be valid Unicode"],
  ["an unknown key", { ...oneLine, qty: 2 }, "unknown field qty"],
  [
    "an unknown key of a line",
    { userId: "u1", items: [{ sku: "a", quantity: 1, x: 1 }] },
    "unknown field items[0].x",
  ],
  ["a long unknown key", { ...oneLine, [long(500)]: 1 }, `unknown field ${long(100)}`],
];

/** Two things are wrong with each of these: the one that is checked first is told. */
const precedences: readonly (readonly [input: unknown, text: string])[] = [
  [{ userId: "", sku: "", quantity: 0 }, "userId is required"],
  [{ userId: 1, sku: null }, "userId must be a string"],
  [{ userId: "u1", sku: "", quantity: "2" }, "sku is required"],
  [{ userId: "u1", sku: 5, quantity: 0 }, "sku must be a string"],
  [{ userId: long(129), sku: "burger", quantity: 0 }, "quantity must be > 0"],
  [{ userId: long(129), sku: "burger", quantity: "2" }, "quantity must be an integer"],
  [{ userId: long(129), sku: "burger", quantity: 1.5 }, "userId is too long"],
  [{ ...oneLine, sku: long(65), note: 1 }, "sku is too long"],
  [{ ...oneLine, note: long(1_001), quantity: 1.5 }, "note is too long"],
  [{ ...oneLine, userId: "\0", quantity: 1e7 }, "quantity is too large"],
  [{ ...oneLine, userId: "\0", sku: "\0" }, "userId must not contain NUL"],
  [{ ...oneLine, sku: "\0", zzz: 1 }, "sku must not contain NUL"],
  [{ userId: "u1", items: [{ sku: "a", quantity: 0 }, { sku: "" }] }, "quantity must be > 0"],
  [
    {
      userId: "u1",
      items: [
        { sku: "a", quantity: 1 },
        { sku: "a", quantity: 0 },
      ],
    },
    "quantity must be > 0",
  ],
  [
    {
      userId: long(129),
      items: [
        { sku: "a", quantity: 1 },
        { sku: "a", quantity: 1 },
      ],
    },
    "sku occurs twice",
  ],
  [{ userId: "u1", items: [{ sku: "a", quantity: 1, x: 1 }], y: 1 }, "unknown field y"],
  [{ userId: "u1", items: [{ sku: "a", quantity: 0 }, 7] }, "quantity must be > 0"],
  [{ userId: "u1", items: [{ sku: "a", quantity: 1 }, 7] }, "items[1] must be an object"],
];

describe("readOrderRequest", () => {
  test.each(refusals)("refuses %s", (_, input, text) => {
    expect(() => readOrderRequest(input)).toThrow(new Refusal("invalid", "invalid_request", text));
  });

  test.each(precedences)("tells of %j that %s", (input, text) => {
    expect(() => readOrderRequest(input)).toThrow(new Refusal("invalid", "invalid_request", text));
  });

  test("names the field it refuses", () => {
    const input = {
      userId: "u1",
      items: [
        { sku: "a", quantity: 1 },
        { sku: "b", quantity: 0 },
      ],
    };

    expect(refusalOf(input)).toMatchObject({ details: { field: "items[1].quantity" } });
  });

  test("trims userId and sku, and keeps the note as written", () => {
    const request = readOrderRequest({
      userId: " u1 ",
      sku: "\tburger\n",
      quantity: 1,
      note: " hot ",
    });

    expect(request).toEqual({
      userId: "u1",
      note: " hot ",
      lines: [{ sku: "burger", quantity: 1 }],
    });
  });

  test("takes both forms of one line for the same order", () => {
    expect(readOrderRequest({ ...withItems, sku: null, quantity: null })).toEqual(
      readOrderRequest({ ...oneLine, items: null, note: null }),
    );
  });

  test("takes whatever JSON calls a whole number", () => {
    for (const written of ["1e3", "1000.0", "1000"]) {
      const input = JSON.parse(`{"userId":"u1","sku":"burger","quantity":${written}}`);

      expect(readOrderRequest(input).lines[0].quantity).toBe(1_000);
    }
  });

  test("takes everything at its limit, counted in characters", () => {
    const items = fiftyOne.slice(1).map(({ sku }) => ({ sku, quantity: 1_000_000 }));
    const input = { userId: "🍔".repeat(128), items, note: "é".repeat(1_000) };

    expect(readOrderRequest(input).lines).toHaveLength(50);
    expect(readOrderRequest({ ...oneLine, sku: "🍔".repeat(64) }).lines[0].sku).toHaveLength(128);
  });

  test("lets a signed-in caller take the place of userId, whatever that is", () => {
    expect(readOrderRequest({ ...oneLine, userId: 7 }, "alice").userId).toBe("alice");
    expect(readOrderRequest({ sku: "burger", quantity: 1 }, "alice").userId).toBe("alice");
  });

  test("answers any JSON with a request or a refusal, never with a fault", () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(0, 1, -1, 1.5, "", " ", null),
    );
    const line = fc.record({ sku: value, quantity: value }, { requiredKeys: [] });
    const body = fc.record(
      {
        userId: value,
        sku: value,
        quantity: value,
        note: value,
        items: fc.oneof(value, fc.array(line)),
      },
      { requiredKeys: [] },
    );

    fc.assert(
      fc.property(body, (input) => {
        const refusal = refusalOf(input);
        expect(refusal === undefined || refusal instanceof Refusal).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

function refusalOf(input: unknown): unknown {
  try {
    readOrderRequest(input);
    return undefined;
  } catch (error) {
    return error;
  }
}
