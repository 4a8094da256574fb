import { expect, test } from "bun:test";
import { headers } from "nats";
import { systemClock } from "../clock.ts";
import { againMs, answerWatch, patienceMs } from "./answer-watch.ts";

const message = { subject: "things.a", payload: new Uint8Array(), headers: headers() };

function watchAt() {
  let nowMs = 10_000;
  let sought = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const watch = answerWatch({
    clock,
    seek: () => {
      sought += 1;
    },
  });
  return {
    ...watch,
    wait: (ms: number) => {
      nowMs += ms;
    },
    sought: () => sought,
    sentAgoMs: (ms: number) => watch.unanswered(nowMs - ms, message),
  };
}

test("another server is sought once nothing was answered for long enough, and again after a while", () => {
  const watch = watchAt();

  watch.sentAgoMs(patienceMs - 1);
  expect(watch.sought()).toBe(0);
  watch.wait(1);
  watch.sentAgoMs(0);
  expect(watch.sought()).toBe(1);

  watch.wait(againMs - 1);
  watch.sentAgoMs(0);
  expect(watch.sought()).toBe(1);
  watch.wait(1);
  watch.sentAgoMs(0);
  expect(watch.sought()).toBe(2);
});

test("any answer speaks for the server, and a new one starts with nothing against it", () => {
  const watch = watchAt();

  watch.sentAgoMs(patienceMs - 1);
  expect(watch.silent()).toBe(true);
  watch.answered();
  expect(watch.silent()).toBe(false);
  watch.wait(1);
  watch.sentAgoMs(0);
  expect(watch.sought()).toBe(0);

  watch.wait(patienceMs - 1);
  watch.renewed();
  watch.wait(1);
  watch.sentAgoMs(0);
  expect(watch.sought()).toBe(0);
});
