import { describe, expect, test } from "bun:test";
import type { HoldStep } from "./hold-steps.ts";
import { saidAfter } from "./hold-words.ts";

const seats = { holdId: "h1", seats: 2, endsAtMs: 1_800_000_000_000 };
const steps = {
  none: undefined,
  asking: { step: "asking", key: "k", seats: 2 },
  changing: { step: "asking", key: "k", seats: 2, instead: seats },
  held: { step: "held", ...seats },
  confirming: { step: "confirming", key: "k", ...seats },
  booked: { step: "booked", bookingId: "b1", seats: 2 },
  ended: { step: "ended", seats: 2, endsAtMs: seats.endsAtMs, why: "expired" },
} as const satisfies Record<string, HoldStep | undefined>;

const said = (before: keyof typeof steps, now: keyof typeof steps) =>
  saidAfter(steps[before], steps[now], { eventName: "Aida" });

describe("what is said of a hold", () => {
  test("is until when the seats are held, once they are", () => {
    expect(said("asking", "held")).toMatch(/^2 seats are held for you until \d/);
    expect(said("changing", "held")).toMatch(/^2 seats are held for you until \d/);
  });

  test("is that they are booked, wherever that was done", () => {
    expect(said("confirming", "booked")).toBe("Booked: 2 seats for Aida.");
    expect(said("held", "booked")).toBe("Booked: 2 seats for Aida.");
  });

  test("is that they went back", () => {
    expect(said("held", "none")).toBe("Your seats went back.");
  });

  test.each([
    ["none", "held"],
    ["none", "booked"],
    ["none", "asking"],
    ["held", "confirming"],
    ["confirming", "held"],
    ["held", "ended"],
    ["booked", "booked"],
    ["booked", "none"],
  ] as const)("is nothing from %s to %s", (before, now) => {
    expect(said(before, now)).toBeUndefined();
  });
});
