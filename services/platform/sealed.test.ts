import { describe, expect, test } from "bun:test";
import { sealedBy } from "./sealed.ts";

const bytes = new TextEncoder().encode("a private key");

describe("a seal", () => {
  test("opens what it closed, and closes no two alike", () => {
    const seal = sealedBy("one secret");

    const [one, other] = [seal.close(bytes, "a"), seal.close(bytes, "a")];

    expect(seal.open(one, "a")).toEqual(bytes);
    expect(Buffer.compare(one, other)).not.toBe(0);
    expect(Buffer.from(one).includes(Buffer.from(bytes))).toBe(false);
  });

  test("opens nothing by another secret, under another name, or changed", () => {
    const sealed = sealedBy("one secret").close(bytes, "a");
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(20) ^ 1, 20);

    expect(() => sealedBy("another").open(sealed, "a")).toThrow("another secret");
    expect(() => sealedBy("one secret").open(sealed, "b")).toThrow("another secret");
    expect(() => sealedBy("one secret").open(changed, "a")).toThrow("another secret");
    expect(() => sealedBy("one secret").open(sealed.subarray(0, 20), "a")).toThrow();
  });
});
