import { describe, expect, test } from "bun:test";
import { type LiveSource, type LiveState, reconnectDelayMs, runLive } from "./live-loop.ts";
import { Problem } from "./problem.ts";

interface Reading {
  readonly version: number;
  readonly done?: boolean;
}

const away = () => new Problem({ status: 503, code: "away", title: "Away", detail: "away" });
const refused = (status: number) =>
  new Problem({ status, code: "refused", title: "No", detail: "no" });

/** Follows a source in a world whose waits pass at once; polls beside a stream wait for its end. */
async function follow(
  source: Omit<LiveSource<Reading>, "isDone">,
  options: { readonly waitsMax?: number; readonly pollsBeside?: number } = {},
) {
  const { waitsMax = 20, pollsBeside = 0 } = options;
  const states: LiveState<Reading>[] = [];
  const waits: number[] = [];
  const wanted = new AbortController();
  let polls = 0;
  await runLive<Reading>(
    {
      pollEveryMs: 10_000,
      isDone: ({ done }) => done === true,
      isOlder: (one, other) => one.version < other.version,
      ...source,
    },
    {
      now: () => states.length,
      random: () => 1,
      wait: async (ms, signal) => {
        if (ms === 10_000 && polls >= pollsBeside) return untilAborted(signal);
        if (ms === 10_000) polls += 1;
        else waits.push(ms);
        if (waits.length > waitsMax) wanted.abort();
      },
    },
    { signal: wanted.signal, onState: (state) => states.push(state) },
  );
  return { states, waits, statuses: states.map(({ status }) => status), last: states.at(-1) };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

/** Streams that end, one after another, each in its own way; the last one again and again. */
function streams(...scripts: readonly (readonly (Reading | Error)[])[]) {
  let opened = 0;
  return async function* (): AsyncIterable<Reading> {
    const script = scripts[Math.min(opened, scripts.length - 1)] ?? [];
    opened += 1;
    for (const step of script) {
      if (step instanceof Error) throw step;
      yield step;
    }
  };
}

describe("following a value", () => {
  test("tells each state, and ends when nothing can follow", async () => {
    const { statuses, last } = await follow({
      subscribe: streams([{ version: 1 }, { version: 2, done: true }]),
    });

    expect(statuses).toEqual(["live", "done"]);
    expect(last).toMatchObject({ value: { version: 2 }, lastAt: 1 });
  });

  test("opens a broken stream again, and keeps what it knew meanwhile", async () => {
    const { statuses, states } = await follow({
      subscribe: streams([{ version: 1 }, away()], [{ version: 2, done: true }]),
    });

    expect(statuses).toEqual(["live", "reconnecting", "done"]);
    expect(states[1]).toMatchObject({ value: { version: 1 }, problem: { code: "away" } });
  });

  test("opens a stream again that ends before its value is decided", async () => {
    const { statuses } = await follow({
      subscribe: streams([{ version: 1 }], [{ version: 2, done: true }]),
    });

    expect(statuses).toEqual(["live", "reconnecting", "done"]);
  });

  test("waits longer after each failure, and as little as at first once it heard something", async () => {
    const { waits } = await follow({
      subscribe: streams([away()], [away()], [away()], [{ version: 1 }, away()], [refused(404)]),
    });

    expect(waits).toEqual([500, 1_000, 2_000, 500]);
  });

  test("is told by polls while no stream comes through", async () => {
    let asked = 0;
    const { statuses, last } = await follow({
      subscribe: streams([away()]),
      poll: async () => {
        asked += 1;
        return { version: asked, done: asked === 3 };
      },
    });

    expect(statuses.slice(0, 2)).toEqual(["reconnecting", "reconnecting"]);
    expect(last).toMatchObject({ status: "done", value: { version: 3 } });
  });

  test("gives up an open stream that does not say in time what a poll knew", async () => {
    let opened = 0;
    const { statuses } = await follow(
      {
        async *subscribe(signal) {
          opened += 1;
          yield { version: opened * 2 - 1, done: opened === 2 };
          await untilAborted(signal);
        },
        poll: async () => ({ version: 2 }),
      },
      { pollsBeside: 2 },
    );

    expect(opened).toBe(2);
    expect(statuses).toContain("reconnecting");
    expect(statuses.at(-1)).toBe("done");
  });

  test("believes the stream over a poll that was on its way meanwhile", async () => {
    const polled = Promise.withResolvers<void>();
    const { states } = await follow(
      {
        async *subscribe() {
          yield { version: 1 };
          // Nothing tells the two apart but when they came.
          polled.resolve();
          yield { version: 1, done: true };
        },
        isOlder: undefined,
        poll: async () => {
          await polled.promise;
          return { version: 0 };
        },
      },
      { pollsBeside: 1 },
    );

    expect(states.map(({ value }) => value?.version)).not.toContain(0);
  });

  test("gives up an open stream when not even a poll is answered", async () => {
    let opened = 0;
    const { last } = await follow(
      {
        async *subscribe(signal) {
          opened += 1;
          yield { version: opened, done: opened === 2 };
          await untilAborted(signal);
        },
        poll: () => Promise.reject(new TypeError("Failed to fetch")),
      },
      { pollsBeside: 1 },
    );

    expect(last).toMatchObject({ status: "done", value: { version: 2 } });
  });

  test("never goes back to an older reading", async () => {
    const { states } = await follow({
      subscribe: streams([{ version: 5 }, { version: 4 }, { version: 6, done: true }]),
    });

    expect(states.map(({ value }) => value?.version)).toEqual([5, 5, 6]);
  });

  test.each([400, 403, 404])("fails for good when refused with %p", async (status) => {
    const { statuses, last } = await follow({ subscribe: streams([refused(status)]) });

    expect(statuses).toEqual(["failed"]);
    expect(last).toMatchObject({ problem: { status } });
  });

  test("renews the session once before it believes that it may not", async () => {
    let renewals = 0;
    const renew = async () => {
      renewals += 1;
      return true;
    };

    const again = await follow({
      subscribe: streams([refused(401)], [{ version: 1, done: true }]),
      renew,
    });
    const never = await follow({ subscribe: streams([refused(401)]), renew });

    expect(again.statuses).toEqual(["done"]);
    expect(never.statuses).toEqual(["failed"]);
    expect(renewals).toBe(2);
  });

  test("ends quietly when nobody wants it any more", async () => {
    const { statuses, waits } = await follow({ subscribe: streams([away()]) }, { waitsMax: 2 });

    expect(waits).toHaveLength(3);
    expect(statuses).not.toContain("done");
    expect(statuses).not.toContain("failed");
  });
});

describe("the wait before a stream is opened again", () => {
  test("doubles up to 15 s, between half of it and all", () => {
    const shortest = [0, 1, 4, 5, 99].map((failures) => reconnectDelayMs(failures, 0));
    const longest = [0, 1, 4, 5, 99].map((failures) => reconnectDelayMs(failures, 1));

    expect(shortest).toEqual([250, 500, 4_000, 7_500, 7_500]);
    expect(longest).toEqual([500, 1_000, 8_000, 15_000, 15_000]);
  });
});
