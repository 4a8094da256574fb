import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type KeyLife,
  planRotation,
  publishedKeysAt,
  type RotationTimes,
  signingKeyAt,
} from "./signing-key.ts";

const at = (minutes: number) => new Date(Date.UTC(2026, 4, 4, 12, minutes));
const key = (kid: string, signsFrom: number, verifiesUntil?: number): KeyLife => ({
  kid,
  signsFrom: at(signsFrom),
  tokensUntil: at(signsFrom),
  verifiesUntil: verifiesUntil === undefined ? undefined : at(verifiesUntil),
});
const times: RotationTimes = { leadMs: 120_000, overlapMs: 660_000, compromised: false };

describe("the key that signs", () => {
  test("is the one that began last, of those that have begun and have not ended", () => {
    const keys = [key("a", 0, 20), key("b", 5), key("c", 10)];

    expect(signingKeyAt(keys, at(-1))).toBeUndefined();
    expect(signingKeyAt(keys, at(4))?.kid).toBe("a");
    expect(signingKeyAt(keys, at(9))?.kid).toBe("b");
    expect(signingKeyAt(keys, at(10))?.kid).toBe("c");
    expect(signingKeyAt([key("a", 0, 20)], at(20))).toBeUndefined();
  });

  test("is the same for everybody where two began at once", () => {
    const keys = [key("a", 0), key("b", 0)];

    expect(signingKeyAt(keys, at(1))?.kid).toBe("b");
    expect(signingKeyAt(keys.toReversed(), at(1))?.kid).toBe("b");
  });
});

describe("a rotation", () => {
  test("lets the old key last until its last token is over", () => {
    const plan = planRotation([key("a", 0)], at(30), times);

    expect(plan.signsFrom).toEqual(at(32));
    expect(plan.ending).toEqual([{ kid: "a", verifiesUntil: at(43) }]);
  });

  test("lets it last for a token that was promised to be good for longer", () => {
    const old = { ...key("a", 0), tokensUntil: at(600) };

    expect(planRotation([old], at(30), times).ending).toEqual([
      { kid: "a", verifiesUntil: at(600) },
    ]);
  });

  test("leaves alone what ends already, unless it may have been stolen", () => {
    const keys = [key("a", 0, 40), key("b", 10)];

    expect(planRotation(keys, at(30), times).ending.map(({ kid }) => kid)).toEqual(["b"]);
    expect(planRotation(keys, at(30), { ...times, compromised: true })).toEqual({
      signsFrom: at(30),
      ending: ["a", "b"].map((kid) => ({ kid, verifiesUntil: at(30) })),
    });
  });

  test("never leaves a moment without a key, nor a token without its key, however often", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }), (pauses) => {
        let keys = [key("0", 0)];
        let minute = 0;
        for (const pause of pauses) {
          minute += pause;
          const plan = planRotation(keys, at(minute), times);
          keys = keys.map((old) => ({ ...old, ...plan.ending.find(({ kid }) => kid === old.kid) }));
          const { signsFrom } = plan;
          const kid = String(keys.length);
          keys.push({ kid, signsFrom, tokensUntil: signsFrom, verifiesUntil: undefined });
        }

        for (let now = 0; now < minute + 30; now += 1) {
          const signer = signingKeyAt(keys, at(now));
          expect(signer).toBeDefined();
          // Ten minutes later the token that it signs is over.
          const accepted = publishedKeysAt(keys, at(now + 10));
          expect(accepted).toContainEqual(signer as KeyLife);
        }
      }),
    );
  });
});
