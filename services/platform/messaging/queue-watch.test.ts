import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { queueWatch } from "./queue-watch.ts";

/** A queue that is looked at each 500 ms: [waiting, served] at each look. */
function watched(...looks: readonly (readonly [waiting: number, served: number])[]) {
  const watch = queueWatch();
  for (const [index, [waiting, served]] of looks.entries())
    watch.observe({ atMs: index * 500, waiting, served });
  return watch;
}

describe("queueWatch", () => {
  test("measures what one message costs while more wait than are served", () => {
    const watch = watched([1_000, 0], [900, 100], [800, 200]);

    expect(watch.pace()).toEqual({ serviceMs: 5, standstillMs: 0 });
  });

  test("learns nothing from a queue that is idle, or as fast as what comes", () => {
    expect(watched([0, 0], [0, 0]).pace().serviceMs).toBeUndefined();
    expect(watched([1, 0], [1, 1], [1, 2]).pace().serviceMs).toBeUndefined();
    expect(watched([10, 0], [0, 10]).pace().serviceMs).toBeUndefined();
  });

  test("measures a listener that needs longer than from one look to the next", () => {
    const watch = watched([9, 0], [9, 0], [9, 0], [8, 1], [8, 1], [8, 1], [7, 2]);

    expect(watch.pace()).toEqual({ serviceMs: 1_500, standstillMs: 0 });
  });

  test("counts how long nothing is served though something waits", () => {
    expect(watched([3, 7], [3, 7], [5, 7]).pace()).toMatchObject({ standstillMs: 1_000 });
    expect(watched([3, 7], [3, 7], [0, 10]).pace()).toMatchObject({ standstillMs: 0 });
    expect(watched([0, 7], [3, 7]).pace()).toMatchObject({ standstillMs: 0 });
  });

  test("takes a long standstill for an outage, which measures nothing", () => {
    const outage = Array.from({ length: 20 }, () => [900, 100] as const);
    const watch = watched([1_000, 0], [900, 100], ...outage, [890, 110], [790, 210]);

    expect(watch.pace()).toEqual({ serviceMs: 5, standstillMs: 0 });
  });

  test("forgets the standstill, not the pace, when it is interrupted", () => {
    const watch = watched([1_000, 0], [900, 100], [900, 100]);
    watch.interrupt();
    watch.observe({ atMs: 3_600_000, waiting: 900, served: 100 });

    expect(watch.pace()).toEqual({ serviceMs: 5, standstillMs: 0 });
  });

  test("knows nothing of a time in which nobody looked", () => {
    const watch = watched([100, 0], [100, 0]);
    watch.observe({ atMs: 3_600_000, waiting: 50, served: 0 });
    expect(watch.pace()).toEqual({ serviceMs: undefined, standstillMs: 0 });
    watch.observe({ atMs: 7_200_000, waiting: 40, served: 10 });

    expect(watch.pace()).toEqual({ serviceMs: undefined, standstillMs: 0 });
  });

  test("gives up a pace of worse times when more is served than that would allow", () => {
    const watch = watched([50, 0], [50, 0], [50, 0], [49, 1]);
    expect(watch.pace().serviceMs).toBe(1_500);
    for (let look = 4; look < 100; look++) {
      watch.observe({ atMs: look * 500, waiting: 50, served: look * 500 });
    }

    expect(watch.pace().serviceMs).toBeUndefined();
  });

  test("does not judge the next burst by a moment in which something held up a few messages", () => {
    const held = watched([0, 0], [4, 0], [4, 0], [4, 0], [3, 1], [0, 4], [600, 4]);
    const brief = watched([6, 0], [4, 3], [0, 7], [9_000, 7]);

    expect(held.pace().serviceMs).toBeUndefined();
    expect(brief.pace().serviceMs).toBeUndefined();
  });

  test("judges the next burst at once by a pace that was kept up, for ten minutes", () => {
    const slow = Array.from({ length: 21 }, (_, look) => [200 - look * 10, look * 10] as const);
    const watch = watched(...slow, [5_000, 200]);
    expect(watch.pace().serviceMs).toBe(50);

    let atMs = slow.length * 500;
    for (; atMs < 650_000; atMs += 5_000) watch.observe({ atMs, waiting: 0, served: 200 });

    expect(watch.pace().serviceMs).toBeUndefined();
  });

  test("believes at once that worse times are over", () => {
    const slow = Array.from({ length: 21 }, (_, look) => [10_000, look * 10] as const);

    expect(watched(...slow, [9_500, 700]).pace().serviceMs).toBe(1);
  });

  test("begins anew with a stream that was made anew", () => {
    const watch = watched([10, 500], [10, 500], [10, 0]);

    expect(watch.pace()).toEqual({ serviceMs: undefined, standstillMs: 0 });
  });

  test("follows a change of pace within ten seconds at work", () => {
    const watch = queueWatch();
    let served = 0;
    for (let look = 0; look < 121; look++) {
      watch.observe({ atMs: look * 500, waiting: 1_000_000, served });
      served += look < 100 ? 1_000 : 10;
    }

    expect(watch.pace().serviceMs).toBe(50);
  });

  test("never measures a pace outside what was seen, whatever is seen", () => {
    const look = fc.record({
      ms: fc.integer({ min: 1, max: 5_000 }),
      waiting: fc.integer({ min: 0, max: 10_000 }),
      served: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 100 }), (looks) => {
        const watch = queueWatch();
        let [atMs, served] = [0, 0];
        for (const step of looks) {
          atMs += step.ms;
          served += step.served;
          watch.observe({ atMs, waiting: step.waiting, served });
        }

        const { serviceMs, standstillMs } = watch.pace();
        expect(standstillMs).toBeWithin(0, atMs + 1);
        if (serviceMs !== undefined) expect(serviceMs).toBeWithin(0, 10_000.1);
      }),
    );
  });
});
