import { describe, expect, test } from "bun:test";
import { readProcessTimes, timesByPart, useBetween } from "./processor-time.ts";

describe("readProcessTimes", () => {
  test("reads a process whose name has spaces and brackets, ended children included", () => {
    const stat = "42 (a) b (c)) S 7 42 42 0 -1 4194304 9 9 9 9 100 20 3 4 20 0 1 0 555 0";

    expect(readProcessTimes(42, stat)).toEqual({ pid: 42, parent: 7, usedMs: 1_270 });
  });
});

describe("timesByPart", () => {
  const one = (pid: number, parent: number, usedMs: number) => ({ pid, parent, usedMs });

  test("counts a process for the nearest part above it", () => {
    const processes = [
      one(1, 0, 1_000),
      one(10, 1, 5),
      one(11, 10, 7),
      one(12, 11, 9),
      one(20, 1, 99),
    ];
    const parts = [
      { name: "load", pid: 10 },
      { name: "server", pid: 11 },
    ];

    expect(timesByPart(processes, parts)).toEqual({ load: 5, server: 16 });
  });

  test("counts nothing for a part that has ended", () => {
    expect(timesByPart([one(1, 0, 8)], [{ name: "gone", pid: 77 }])).toEqual({ gone: 0 });
  });
});

describe("useBetween", () => {
  const idle = { atMs: 0, busyMs: 0, stolenMs: 0, kernelMs: 0, partsMs: { server: 0 } };

  test("tells what others used of all processors", () => {
    const after = {
      atMs: 1_000,
      busyMs: 900,
      stolenMs: 40,
      kernelMs: 100,
      partsMs: { server: 600 },
    };

    expect(useBetween(idle, after, 2)).toEqual({
      wallMs: 1_000,
      partsMs: { server: 600 },
      foreign: 0.1,
      stolen: 0.02,
    });
  });

  test("never tells less than nothing, though ticks are counted unevenly", () => {
    const after = { ...idle, atMs: 1_000, busyMs: 590, partsMs: { server: 600 } };

    expect(useBetween(idle, after, 2).foreign).toBe(0);
  });
});
