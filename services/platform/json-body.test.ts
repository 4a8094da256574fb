import { describe, expect, test } from "bun:test";
import { parseJsonObject, readJsonBody, requireJsonObject } from "./json-body.ts";

function post(body: BodyInit | undefined, contentType?: string): Request {
  return new Request("http://localhost/", {
    method: "POST",
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { headers: { "content-type": contentType } }),
  });
}

function parse(text: string) {
  return parseJsonObject(new TextEncoder().encode(text));
}

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}

const readObject = async (request: Request) => requireJsonObject(await readJsonBody(request));

describe("a body", () => {
  test("reads an object whatever the content type says", async () => {
    for (const type of ["application/json", "application/x-www-form-urlencoded", undefined]) {
      expect(await readObject(post('{"sku":"burger"}', type))).toEqual({ sku: "burger" });
    }
  });

  test("refuses what is not an object", async () => {
    for (const body of ["", " ", "{", "[]", "null", "1", '"a"', "{}{}", "sku=burger", "{'a':1}"]) {
      await expect(readObject(post(body))).rejects.toThrow("invalid json");
    }
    await expect(readObject(post(undefined))).rejects.toThrow("invalid json");
  });

  test("refuses bytes that are not UTF-8 and half surrogates", async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('{"a":"'), 0xc3, 0x28, 0x22, 0x7d]);

    await expect(readObject(post(bytes))).rejects.toThrow("invalid json");
    expect(() => parse(String.raw`{"a":["\ud800"]}`)).toThrow("invalid json");
    expect(() => parse(String.raw`{"\udfff":1}`)).toThrow("invalid json");
    expect(parse(String.raw`{"a":"\ud83c\udf54"}`)).toEqual({ a: "🍔" });
  });

  test("allows 16 levels and no more", () => {
    expect(() => parse(nested(16))).not.toThrow();
    expect(() => parse(nested(17))).toThrow("invalid json");
    expect(() => parse(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`)).toThrow("invalid json");
  });

  test("keeps __proto__ an ordinary member and the last of two", () => {
    const body = parse('{"__proto__":{"admin":true},"a":1,"a":2}');

    expect(Object.keys(body)).toEqual(["__proto__", "a"]);
    expect(body.admin).toBeUndefined();
    expect(body.a).toBe(2);
  });

  test("reads huge numbers as numbers that are no integers of ours", () => {
    expect(parse('{"a":1e400}').a).toBe(Number.POSITIVE_INFINITY);
    expect(Number.isSafeInteger(parse('{"a":99999999999999999999}').a)).toBe(false);
  });
});

describe("readJsonBody", () => {
  test("gives nothing for an absent body", async () => {
    expect(await readJsonBody(post(undefined))).toBeUndefined();
    expect(await readJsonBody(post("{}"))).toEqual({});
  });
});
