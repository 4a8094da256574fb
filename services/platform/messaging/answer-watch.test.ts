import { expect, test } from "bun:test";
import { systemClock } from "../clock.ts";
import { answerWatch, firstPatienceMs, nextPatienceMs } from "./answer-watch.ts";

function watchAt() {
  let nowMs = 10_000;
  let left = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const watch = answerWatch({
    clock,
    leave: () => {
      left += 1;
    },
  });
  return {
    ...watch,
    wait: (ms: number) => {
      nowMs += ms;
    },
    left: () => left,
    sentAgoMs: (ms: number) => watch.unanswered(nowMs - ms),
  };
}

test("a server is left once nothing was answered for long enough, and the next with more patience", () => {
  const watch = watchAt();

  watch.sentAgoMs(firstPatienceMs - 1);
  expect(watch.left()).toBe(0);
  watch.wait(1);
  watch.sentAgoMs(0);
  expect(watch.left()).toBe(1);

  watch.sentAgoMs(0);
  watch.wait(nextPatienceMs - 1);
  watch.sentAgoMs(0);
  expect(watch.left()).toBe(1);
  watch.wait(1);
  watch.sentAgoMs(0);
  expect(watch.left()).toBe(2);

  watch.answered();
  watch.sentAgoMs(firstPatienceMs);
  expect(watch.left()).toBe(3);
});

test("any answer speaks for the server, and a new one starts with nothing against it", () => {
  const watch = watchAt();

  watch.sentAgoMs(firstPatienceMs - 1);
  watch.answered();
  watch.wait(1);
  watch.sentAgoMs(0);
  expect(watch.left()).toBe(0);

  watch.wait(firstPatienceMs - 1);
  watch.renewed();
  watch.wait(1);
  watch.sentAgoMs(0);
  expect(watch.left()).toBe(0);
});
