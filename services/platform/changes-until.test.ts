import { describe, expect, test } from "bun:test";
import { type Clock, systemClock } from "./clock.ts";
import { type State, steppedClock, stoppedClock, world } from "./testing/changing.ts";
import { eventually } from "./testing/eventually.ts";

describe("until", () => {
  const done = ({ version }: State) => version >= 2;
  const never = new AbortController().signal;

  test("gives the first state that is done", async () => {
    const { stored, changes } = world();
    stored.set("a", { version: 1 });
    const found = changes.until("a", done, { withinMs: 5_000, signal: never });
    await eventually(() => changes.watching() === 1);

    changes.changed("a", { version: 2 });

    expect(await found).toEqual({ version: 2 });
    expect(changes.watching()).toBe(0);
  });

  test("gives the last state seen when the time is up", async () => {
    const { stored, changes } = world({ clock: systemClock });
    stored.set("a", { version: 1 });

    expect(await changes.until("a", done, { withinMs: 30, signal: never })).toEqual({ version: 1 });
    expect(changes.watching()).toBe(0);
  });

  test("asks for nothing where the caller knows the version it begins with", async () => {
    const { stored, loads, changes } = world();
    stored.set("a", { version: 1 });
    const options = { withinMs: 5_000, signal: never, afterVersion: 1 };
    const found = changes.until("a", done, options);
    expect(changes.watching()).toBe(1);

    changes.changed("a", { version: 1 });
    changes.changed("a", { version: 2 });

    expect(await found).toEqual({ version: 2 });
    expect(loads).toEqual([]);
  });

  test("finds within a second what came between that version and the wait", async () => {
    const { clock, tick } = steppedClock();
    const patient: Clock = {
      ...clock,
      sleep: (ms, signal) => (ms === options.withinMs ? stoppedClock : clock).sleep(ms, signal),
    };
    const options = { withinMs: 5_000, signal: never, afterVersion: 1 };
    const { stored, changes } = world({ clock: patient });
    stored.set("a", { version: 2 });

    const found = changes.until("a", done, options);
    tick();

    expect(await found).toEqual({ version: 2 });
  });

  test("ends with its caller, who is listened to no longer than it takes", async () => {
    const { changes } = world();
    const caller = new AbortController();
    const options = { withinMs: 5_000, signal: caller.signal, afterVersion: 1 };

    const found = changes.until("a", done, options);
    caller.abort();

    expect(await found).toBeUndefined();
    expect(await changes.until("a", done, options)).toBeUndefined();
    expect(changes.watching()).toBe(0);
  });

  test("gives nothing instead of refusing, for want of room and after the close", async () => {
    const { changes } = world({ watchersMax: 0 });
    const options = { withinMs: 5_000, signal: never };

    expect(await changes.until("a", done, options)).toBeUndefined();
    changes.close();
    expect(await changes.until("a", done, options)).toBeUndefined();
  });
});
