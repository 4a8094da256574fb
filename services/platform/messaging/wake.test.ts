import { describe, expect, test } from "bun:test";
import { systemClock } from "../clock.ts";
import { wakeable } from "./wake.ts";

const never = new AbortController().signal;
const forEver = 60_000;

describe("wakeable", () => {
  test("a hint ends the wait of everyone who waits", async () => {
    const wake = wakeable();
    const waits = [1, 2, 3].map(() => wake.next(forEver, systemClock, never));

    wake.wake();

    await Promise.all(waits);
  });

  test("hints that come while nobody waits are kept, as one", async () => {
    const wake = wakeable();
    wake.wake();
    wake.wake();

    await wake.next(forEver, systemClock, never);

    const stop = new AbortController();
    let ended = false;
    const second = wake.next(forEver, systemClock, stop.signal).then(() => {
      ended = true;
    });
    await Promise.resolve();
    expect(ended).toBe(false);
    stop.abort();
    await second;
  });

  test("a listener hears of hints from then on, until it stops", () => {
    const wake = wakeable();
    const heard: string[] = [];
    wake.wake();
    const stop = wake.listen(() => heard.push("hint"));

    wake.wake();
    stop();
    wake.wake();

    expect(heard).toEqual(["hint"]);
  });
});
