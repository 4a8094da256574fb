import { describe, expect, test } from "bun:test";
import { type HallPicture, type HallSeats, hallPicture } from "./hall-dots.ts";

const count = ({ dots }: HallPicture, what: string) => dots.filter(({ is }) => is === what).length;
const counts = (seats: HallSeats) => {
  const picture = hallPicture(seats);
  return [count(picture, "taken"), count(picture, "mine"), count(picture, "free")];
};

describe("the picture of a hall", () => {
  test.each([
    [{ capacity: 120, taken: 115, mine: 2 }, [115, 2, 3]],
    [{ capacity: 1, taken: 0, mine: 1 }, [0, 1, 0]],
    [{ capacity: 6, taken: 6, mine: 0 }, [6, 0, 0]],
    [{ capacity: 400, taken: 0, mine: 0 }, [0, 0, 400]],
    // The organiser made it smaller than what is sold.
    [{ capacity: 4, taken: 6, mine: 0 }, [4, 0, 0]],
  ] as const)("has a dot for each seat: %p", (seats, expected) => {
    expect(counts(seats)).toEqual([...expected]);
  });

  test("of a large hall has a dot for several seats, and never shows a free one that is not there", () => {
    const picture = hallPicture({ capacity: 18_000, taken: 17_980, mine: 1 });

    expect(picture.seatsPerDot).toBe(45);
    expect(picture.dots).toHaveLength(400);
    expect([count(picture, "mine"), count(picture, "free")]).toEqual([1, 0]);
  });

  test.each([1, 2, 7, 40, 120, 399, 400])(
    "keeps %i dots apart and within its frame",
    (capacity) => {
      const { dots, radius } = hallPicture({ capacity, taken: 0, mine: 0 });

      expect(dots).toHaveLength(capacity);
      for (const { x, y } of dots) {
        expect(x).toBeWithin(0, 400);
        expect(y).toBeWithin(-200, 1);
      }
      const nearest = Math.min(
        ...dots.flatMap((a, i) => dots.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y))),
      );
      expect(nearest).toBeGreaterThan(2 * radius);
    },
  );

  test("changes dots and moves none as seats are taken", () => {
    const before = hallPicture({ capacity: 100, taken: 40, mine: 2 }).dots;
    const after = hallPicture({ capacity: 100, taken: 41, mine: 2 }).dots;

    const changed = after.filter(({ is }, place) => before[place]?.is !== is);
    expect(changed.map(({ is }) => is)).toEqual(["taken"]);
  });
});
