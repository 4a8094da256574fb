import { describe, expect, test } from "bun:test";
import { Refusal } from "./errors.ts";
import { childSpan, currentSpan, inSpan } from "./telemetry.ts";
import { sharedHints, steppedClock, watch, world } from "./testing/changing.ts";
import { eventually } from "./testing/eventually.ts";

describe("createChanges", () => {
  test("gives the present state first, then each newer one", async () => {
    const { stored, changes } = world();
    stored.set("a", { version: 3 });
    const { next } = watch(changes);

    expect(await next()).toBe(3);
    changes.changed("a", { version: 4 });
    expect(await next()).toBe(4);
  });

  test("gives only what is newer than what the watcher has seen", async () => {
    const { stored, loads, changes } = world();
    stored.set("a", { version: 3 });
    const { next } = watch(changes, "a", 3);
    const found = next();
    await eventually(() => loads.length === 1);

    changes.changed("a", { version: 4 });

    expect(await found).toBe(4);
  });

  test("never goes back, and leaves out what passed unread", async () => {
    const { stored, changes } = world();
    stored.set("a", { version: 1 });
    const { next } = watch(changes);
    expect(await next()).toBe(1);

    for (const version of [3, 2, 5, 4]) changes.changed("a", { version });

    expect(await next()).toBe(5);
  });

  test("looks every second for all who watch, not in the trace of whoever came first", async () => {
    const { clock, tick } = steppedClock();
    const spans: unknown[] = [];
    const { changes } = world({
      clock,
      load: async () => {
        spans.push(currentSpan());
        return new Map();
      },
    });
    const request = childSpan(undefined);
    const { iterator, stop } = inSpan(request, () => watch(changes));
    const found = iterator.next();
    await eventually(() => spans.length === 1);

    tick();
    await eventually(() => spans.length === 2);

    expect(spans).toEqual([request, undefined]);
    stop.abort();
    await found;
  });

  test("waits for what does not exist yet", async () => {
    const { stored, loads, changes } = world();
    const { next } = watch(changes);
    const found = next();
    await eventually(() => loads.length === 1);

    stored.set("a", { version: 1 });
    changes.changed("a");

    expect(await found).toBe(1);
  });

  test("hears of other replicas' changes by their hints, without an echo of its own", async () => {
    const { hints, sent } = sharedHints();
    const here = world({ hints });
    const there = world({ hints });
    here.stored.set("a", { version: 1 });
    const { next } = watch(here.changes);
    expect(await next()).toBe(1);

    here.stored.set("a", { version: 2 });
    there.changes.changed("a", { version: 2 });
    expect(await next()).toBe(2);
    here.changes.changed("a", { version: 3 });
    expect(await next()).toBe(3);

    await eventually(() => sent.length === 2);
    expect(here.loads).toHaveLength(2);
  });

  test("says many changes of one moment in one hint", async () => {
    const { hints, sent } = sharedHints();
    const { changes } = world({ hints });

    for (let id = 0; id < 501; id++) changes.changed(String(id), { version: 1 });

    await eventually(() => sent.length === 2);
    expect(JSON.parse(sent[0] ?? "")).toHaveLength(500);
  });

  test("passes over hints that nobody of ours sent", async () => {
    const { hints } = sharedHints();
    const { loads, changes } = world({ hints });
    watch(changes);
    await eventually(() => loads.length === 1);

    for (const data of ["", "{", "7", '["a"]', '[["a"]]', '[["a","2"]]', "null"]) hints.send(data);

    expect(loads).toHaveLength(1);
  });

  test("finds without hints what changed, by one query for all watchers", async () => {
    const { clock, tick } = steppedClock();
    const { stored, loads, changes } = world({ clock });
    for (const id of ["a", "b"]) stored.set(id, { version: 1 });
    const watches = ["a", "b", "b"].map((id) => watch(changes, id));
    for (const { next } of watches) expect(await next()).toBe(1);
    const before = loads.length;

    for (const id of ["a", "b"]) stored.set(id, { version: 2 });
    tick();

    for (const { next } of watches) expect(await next()).toBe(2);
    expect(loads.slice(before)).toEqual([["a", "b"]]);
  });

  test("asks nothing while nobody watches, and starts again with the next watcher", async () => {
    const { clock, tick } = steppedClock();
    const { stored, loads, changes } = world({ clock });
    stored.set("a", { version: 1 });
    const first = watch(changes);
    expect(await first.next()).toBe(1);
    first.stop.abort();
    tick();
    await eventually(() => changes.watching() === 0);
    const before = loads.length;
    tick();

    const second = watch(changes);
    expect(await second.next()).toBe(1);
    stored.set("a", { version: 2 });
    tick();

    expect(await second.next()).toBe(2);
    expect(loads.length).toBe(before + 2);
  });

  test("goes on after a query that failed", async () => {
    const { clock, tick } = steppedClock();
    let failing = true;
    const load = async () => {
      if (failing) throw new Error("the database is away");
      return new Map([["a", { version: 1 }]]);
    };
    const { errors, changes } = world({ clock, load });
    const { next } = watch(changes);
    const found = next();
    await eventually(() => errors.length === 1);

    failing = false;
    tick();

    expect(await found).toBe(1);
  });

  test("ends with its signal, also one that had aborted before, and leaves nothing behind", async () => {
    const { changes } = world();
    const { iterator, stop } = watch(changes);
    const found = iterator.next();
    stop.abort();
    const late = changes.watch("a", { signal: AbortSignal.abort() });

    expect(await found).toEqual({ done: true, value: undefined });
    expect(await late.next()).toEqual({ done: true, value: undefined });
    expect(changes.watching()).toBe(0);
  });

  test("is left when its reader stops reading", async () => {
    const { stored, changes } = world();
    stored.set("a", { version: 1 });
    const { iterator } = watch(changes);

    for await (const _ of iterator) break;

    expect(changes.watching()).toBe(0);
  });

  test("refuses watchers beyond its limit, and takes one again when another has left", async () => {
    const { changes } = world({ watchersMax: 1 });
    const { stop } = watch(changes);

    expect(() => watch(changes, "b")).toThrow(Refusal);
    stop.abort();
    expect(() => watch(changes, "b")).not.toThrow();
  });

  test("ends every watch when it closes, stops listening, and takes no more", async () => {
    const { hints, listeners } = sharedHints();
    const { changes } = world({ hints });
    const { iterator } = watch(changes);
    const found = iterator.next();

    changes.close();

    expect((await found).done).toBe(true);
    expect(listeners.size).toBe(0);
    expect(() => watch(changes)).toThrow("shutting down");
  });
});
