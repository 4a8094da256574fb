import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeHeaders, encodeHeaders, sentBlock } from "./headers.ts";

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/);
const value = fc
  .string({ unit: "grapheme", maxLength: 60 })
  .filter((text) => !/[\r\n]/.test(text))
  .map((text) => text.trim());

describe("encodeHeaders", () => {
  test("writes a line a header, in the order given", () => {
    expect(encodeHeaders({ "ce-id": "1", key: "order/17" })).toBe("ce-id: 1\r\nkey: order/17");
    expect(encodeHeaders({})).toBe("");
  });

  test("is read back as it was written, names in lower case", () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), (headers) => {
        const read = decodeHeaders(encodeHeaders(headers));

        for (const [name, value] of Object.entries(headers)) {
          const last = Object.keys(headers).findLast(
            (other) => other.toLowerCase() === name.toLowerCase(),
          );
          expect(read.get(name.toLowerCase())).toBe(headers[last ?? name] ?? value);
        }
        expect(read.size).toBe(new Set(Object.keys(headers).map((n) => n.toLowerCase())).size);
      }),
    );
  });

  test.each([
    { "ce-id": "1\r\nkey: order/2" },
    { "ce-id": "1\nkey: order/2" },
    { "ce-id": "1\r" },
    { "ce-id": "1\0" },
    { "ce-id\r\nkey": "order/2" },
    { "ce-id: 1": "2" },
    { "": "1" },
    { "ce id": "1" },
    { clé: "1" },
  ])("refuses what could not be sent or would be read as something else: %j", (headers) => {
    expect(() => encodeHeaders(headers as Record<string, string>)).toThrow(TypeError);
  });
});

describe("decodeHeaders", () => {
  test("takes the last of a repeated name and passes over lines without one", () => {
    const read = decodeHeaders("key: a\r\nnonsense\r\n: nobody\r\nKEY: b:c \r\n");

    expect([...read]).toEqual([["key", "b:c"]]);
  });

  test("fails at nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (block) => {
        for (const name of decodeHeaders(block).keys()) expect(name).toBe(name.toLowerCase());
      }),
    );
  });
});

describe("sentBlock", () => {
  const sent = (block: string) => Buffer.from(`NATS/1.0\r\n${block}\r\n\r\n`);

  test("gives plain headers as they were sent", () => {
    for (const block of ["key: thing/1", "Key:  1 \r\nkey:2\r\nempty:"])
      expect(sentBlock(sent(block))).toBe(block);
  });

  test.each([
    "",
    "nonsense",
    ": 1",
    "bad name: 1",
    "clé: 1",
    "key: clé",
    "key: a\nversion: 1",
    "key: a\rversion: 1",
    "key: a\0",
    "key: a\r\n\r\nversion: 1",
  ])("leaves anything else to whoever can judge it: %j", (block) => {
    expect(sentBlock(sent(block))).toBeUndefined();
  });

  test("leaves a status and bytes that end early alone", () => {
    expect(sentBlock(Buffer.from("NATS/1.0 503\r\n\r\n"))).toBeUndefined();
    expect(sentBlock(sent("key: 1").subarray(0, -1))).toBeUndefined();
  });
});
