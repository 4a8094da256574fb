import { describe, expect, test } from "bun:test";
import { EventSchema } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import { called, daysOf } from "./event-days.ts";

const now = new Date(2026, 10, 21, 15, 0);
const at = (...when: [day: number, hour: number]) => new Date(2026, 10, ...when);
const event = (id: string, start: Date) =>
  create(EventSchema, { id, startDate: BigInt(start.getTime() / 1_000) });

describe("the days of events", () => {
  test("keep the order of the list, each day once", () => {
    const days = daysOf(
      [
        event("a", at(21, 16)),
        event("b", at(21, 23)),
        event("c", at(22, 0)),
        event("d", at(25, 9)),
      ],
      now,
    );

    expect(days.map(({ day, events }) => [day, events.map(({ id }) => id)])).toEqual([
      ["2026-11-21", ["a", "b"]],
      ["2026-11-22", ["c"]],
      ["2026-11-25", ["d"]],
    ]);
  });

  test("of no events are none", () => {
    expect(daysOf([], now)).toEqual([]);
  });

  test.each([
    [at(21, 16), "Today"],
    [at(21, 20), "Tonight"],
    [at(22, 9), "Tomorrow"],
    [at(23, 9), undefined],
    [at(20, 20), undefined],
  ] as const)("are called as people call them: %s", (start, name) => {
    expect(called(start, now)).toBe(name);
  });
});
