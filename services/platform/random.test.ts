import { describe, expect, test } from "bun:test";
import { jittered, systemRandom, uuidV5 } from "./random.ts";

const DNS = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

describe("uuidV5", () => {
  test("gives the vector of RFC 9562, appendix A.4", () => {
    expect(uuidV5(DNS, "www.example.com")).toBe("2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });

  test("tells names and namespaces apart", () => {
    const other = uuidV5(DNS, "other");

    expect(uuidV5(DNS, "name")).not.toBe(other);
    expect(uuidV5(other, "name")).not.toBe(uuidV5(DNS, "name"));
  });

  test("refuses a namespace that is no uuid", () => {
    expect(() => uuidV5("dns", "name")).toThrow("a namespace must be a uuid");
  });
});

describe("systemRandom", () => {
  test("draws ids of version 7 that sort in the order drawn", () => {
    const ids = Array.from({ length: 1_000 }, () => systemRandom.uuidV7());

    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });
});

describe("jittered", () => {
  test("stays between the half and the whole", () => {
    expect(jittered(100, { ...systemRandom, fraction: () => 0 })).toBe(50);
    expect(jittered(100, { ...systemRandom, fraction: () => 0.999 })).toBeCloseTo(99.95);
  });
});
