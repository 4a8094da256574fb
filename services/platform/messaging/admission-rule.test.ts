import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type AdmissionFacts, admitted, judge } from "./admission-rule.ts";

const limits = { deadlineMs: 900_000, outboxMax: 5_000_000 };
const queue = { ahead: 0, serviceMs: 1, standstillMs: 0 };

const facts = fc.record({
  outboxRows: fc.nat(10_000_000),
  brokerAnswers: fc.boolean(),
  queues: fc.array(
    fc.record({
      ahead: fc.nat(10_000_000),
      serviceMs: fc.option(fc.double({ min: 0, max: 5_000, noNaN: true }), { nil: undefined }),
      standstillMs: fc.nat(2_000_000),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

describe("judge", () => {
  test("refuses exactly what would wait longer than the deadline, and says when to come back", () => {
    const judged = (ahead: number) =>
      judge({ outboxRows: 0, brokerAnswers: true, queues: [{ ...queue, ahead }] }, limits);

    expect(judged(900_000)).toEqual(admitted);
    expect(judged(903_500)).toEqual({
      kind: "refused",
      because: "backlog_too_long",
      retryAfterSeconds: 4,
    });
    expect(judged(9_000_000)).toMatchObject({ retryAfterSeconds: 60 });
  });

  test("takes a standing queue to stand for as long again", () => {
    const judged = (standstillMs: number, ahead = 1) =>
      judge(
        { outboxRows: 0, brokerAnswers: true, queues: [{ ...queue, ahead, standstillMs }] },
        limits,
      );

    expect(judged(899_999)).toEqual(admitted);
    expect(judged(900_001)).toMatchObject({ kind: "refused" });
    expect(judged(900_001, 0)).toEqual(admitted);
  });

  test("admits while the broker is away until the outbox is full, whatever the queues are like", () => {
    fc.assert(
      fc.property(facts, (some: AdmissionFacts) => {
        const verdict = judge({ ...some, brokerAnswers: false }, limits);

        const full = some.outboxRows >= limits.outboxMax;
        expect(verdict).toMatchObject(full ? { because: "outbox_full" } : { kind: "admitted" });
      }),
    );
  });

  test("admits what nothing is in front of, and what was never measured", () => {
    const unmeasured = { serviceMs: undefined, standstillMs: 0 };
    fc.assert(
      fc.property(facts, (some: AdmissionFacts) => {
        const outboxRows = some.outboxRows % limits.outboxMax;
        const free = some.queues.map((queue) => ({ ...queue, ahead: 0 }));
        const unknown = some.queues.map((queue) => ({ ...queue, ...unmeasured }));

        expect(judge({ ...some, outboxRows, queues: free }, limits)).toEqual(admitted);
        expect(judge({ ...some, outboxRows, queues: unknown }, limits)).toEqual(admitted);
      }),
    );
  });

  test("never turns a refusal into an admission by a longer queue", () => {
    fc.assert(
      fc.property(facts, fc.nat(1_000_000), (some: AdmissionFacts, more) => {
        const longer = some.queues.map((queue) => ({ ...queue, ahead: queue.ahead + more }));
        const before = judge(some, limits);
        const after = judge({ ...some, queues: longer }, limits);

        if (before.kind === "refused") expect(after.kind).toBe("refused");
        if (after.kind === "refused") expect(after.retryAfterSeconds).toBeWithin(1, 61);
      }),
    );
  });
});
