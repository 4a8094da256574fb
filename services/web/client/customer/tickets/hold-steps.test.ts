import { describe, expect, test } from "bun:test";
import { HoldSchema, HoldState } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type HoldNews, type HoldStep, heldAt, readStep, takeIn } from "./hold-steps.ts";

const endsAtMs = Date.UTC(2026, 10, 21, 20, 10);
const nowMs = endsAtMs - 60_000;
const hold = (
  change: { id?: string; state?: HoldState; bookingId?: string; seats?: number } = {},
) =>
  create(HoldSchema, {
    id: "h1",
    seats: 2,
    state: HoldState.OPEN,
    expiresAt: timestampFromMs(endsAtMs),
    ...change,
  });

const seats2 = { holdId: "h1", seats: 2, endsAtMs };
const steps = {
  beginning: undefined,
  asking: { step: "asking", key: "k1", seats: 2 },
  changing: { step: "asking", key: "k2", seats: 4, instead: seats2 },
  held: { step: "held", ...seats2 },
  confirming: { step: "confirming", key: "k3", ...seats2 },
  ended: { step: "ended", seats: 2, endsAtMs, why: "expired" },
  booked: { step: "booked", bookingId: "b1", seats: 2 },
} as const satisfies Record<string, HoldStep | undefined>;

const news = {
  asked: { news: "asked", key: "k9", seats: 3 },
  made: { news: "made", hold: hold() },
  refused: { news: "refused" },
  open: { news: "seen", hold: hold(), nowMs },
  over: { news: "seen", hold: hold(), nowMs: endsAtMs },
  expired: { news: "seen", hold: hold({ state: HoldState.EXPIRED }), nowMs },
  letGo: { news: "seen", hold: hold({ state: HoldState.RELEASED }), nowMs },
  became: { news: "seen", hold: hold({ state: HoldState.CONFIRMED, bookingId: "b7" }), nowMs },
  other: { news: "seen", hold: hold({ id: "h2", state: HoldState.EXPIRED }), nowMs },
  unknown: { news: "unknown" },
  confirm: { news: "confirm", key: "k9" },
  booked: { news: "booked", bookingId: "b9", seats: 2 },
  released: { news: "released", holdId: "h1" },
  dismissed: { news: "dismissed" },
} as const satisfies Record<string, HoldNews>;

type StepName = keyof typeof steps;
type NewsName = keyof typeof news;

const asks = { step: "asking", key: "k9", seats: 3 } as const;
const released = { step: "ended", seats: 2, endsAtMs, why: "released" } as const;
const askingAlone = { step: "asking", key: "k2", seats: 4 } as const;
const became = { step: "booked", bookingId: "b7", seats: 2 } as const;

/** What is not here changes nothing. */
const changes: { [S in StepName]: { [N in NewsName]?: HoldStep | undefined } } = {
  beginning: { asked: asks },
  asking: { made: steps.held, refused: undefined },
  changing: {
    made: steps.held,
    refused: steps.held,
    over: askingAlone,
    expired: askingAlone,
    letGo: askingAlone,
    became,
  },
  held: {
    asked: { ...asks, instead: seats2 },
    over: steps.ended,
    expired: steps.ended,
    letGo: released,
    became,
    unknown: undefined,
    confirm: { ...steps.confirming, key: "k9" },
    released: undefined,
  },
  confirming: {
    refused: steps.held,
    over: steps.ended,
    expired: steps.ended,
    letGo: released,
    became,
    unknown: undefined,
    released: undefined,
  },
  ended: { asked: asks, dismissed: undefined },
  booked: { asked: asks, dismissed: undefined },
};

describe("a hold in the browser", () => {
  const pairs = Object.keys(steps).flatMap((step) =>
    Object.keys(news).map((name) => [step as StepName, name as NewsName] as const),
  );

  test.each(pairs)("that is %s takes in %s", (from, name) => {
    const expected =
      name === "booked"
        ? { step: "booked", bookingId: "b9", seats: 2 }
        : name in changes[from]
          ? changes[from][name]
          : steps[from];

    expect(takeIn(steps[from], news[name])).toEqual(expected as HoldStep);
  });

  test("lets go of the old seats once the new ones are there, and only of those", () => {
    const made = takeIn(steps.changing, { news: "made", hold: hold({ id: "h5", seats: 4 }) });

    expect(made).toEqual({ step: "held", holdId: "h5", seats: 4, endsAtMs, releasing: "h1" });
    expect(takeIn(made, { news: "released", holdId: "h1" })).toEqual({
      step: "held",
      holdId: "h5",
      seats: 4,
      endsAtMs,
    });
  });

  test("knows what is set aside, also while other seats are asked for", () => {
    expect(Object.values(steps).map((step) => heldAt(step)?.holdId)).toEqual([
      undefined,
      undefined,
      "h1",
      "h1",
      "h1",
      undefined,
      undefined,
    ]);
  });
});

describe("readStep", () => {
  test("reads back every step that was kept", () => {
    for (const step of [...Object.values(steps), { ...steps.held, releasing: "h0" }])
      expect(readStep(JSON.parse(JSON.stringify(step ?? null)))).toEqual(step);
  });

  test.each([
    [null],
    ["held"],
    [{ step: "held", holdId: "h", seats: "2", endsAtMs: 1 }],
    [{ step: "held", holdId: "", seats: 2, endsAtMs: 1 }],
    [{ step: "confirming", holdId: "h", seats: 2, endsAtMs: 1 }],
    [{ step: "ended", seats: 2, endsAtMs: 1, why: "bored" }],
    [{ step: "booked", seats: 2 }],
    [{ step: "paid", seats: 2 }],
  ])("begins anew with what it cannot read: %p", (kept) => {
    expect(readStep(kept)).toBeUndefined();
  });
});
