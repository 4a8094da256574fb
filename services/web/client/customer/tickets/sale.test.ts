import { describe, expect, test } from "bun:test";
import { EventStatus } from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import { fullness, isFew, saleOf } from "./sale.ts";

const now = Date.UTC(2026, 10, 21, 20);
const event = {
  status: EventStatus.SCHEDULED,
  endDate: BigInt(now / 1_000 + 3_600),
  capacity: 100,
  seatsLeft: 50,
};

describe("the sale of an event", () => {
  test.each([
    ["free", {}, 50],
    ["few", { seatsLeft: 15 }, 15],
    ["sold-out", { seatsLeft: 0 }, 0],
    ["over", { endDate: BigInt(now / 1_000) }, 0],
    ["cancelled", { status: EventStatus.CANCELLED, endDate: 1n, seatsLeft: 0 }, 0],
  ] as const)("is %s", (state, changed, left) => {
    expect(saleOf({ ...event, ...changed }, now)).toEqual({ state, left });
  });

  test.each([
    [5, 6, true],
    [6, 40, true],
    [7, 40, false],
    [20, 18_000, true],
    [21, 18_000, false],
  ])("calls %i of %i few: %p", (left, capacity, few) => {
    expect(isFew(left, capacity)).toBe(few);
  });
});

describe("fullness", () => {
  test.each([
    [0, 100],
    [1, 99],
    [9_900, 1],
    [10_000, 0],
    [12_000, 0],
  ])("with %i left of ten thousand is %i per cent", (seatsLeft, percent) => {
    expect(fullness({ capacity: 10_000, seatsLeft })).toBe(percent);
  });
});
