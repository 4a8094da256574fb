import { expect, test } from "bun:test";
import { systemClock } from "../clock.ts";
import { leaderWakes } from "./leader-wakes.ts";

const never = new AbortController().signal;

test("a hint wakes every loop of the leader, whichever replica gives it", async () => {
  const listening = new Map<string, (data: string) => void>();
  const sent: string[] = [];
  const broker = {
    hint: (topic: string) => void sent.push(topic),
    onHint: (topic: string, listener: (data: string) => void) => {
      listening.set(topic, listener);
      return () => void listening.delete(topic);
    },
  };
  let leads = true;
  const lanes = leaderWakes(broker, "lanes.orders", { loops: 2, isLeading: () => leads });
  const allWake = () =>
    Promise.all(lanes.wakes.map((wake) => wake.next(60_000, systemClock, never)));

  lanes.hint();
  await allWake();
  expect(sent).toEqual([]);

  leads = false;
  lanes.hint();
  expect(sent).toEqual(["lanes.orders"]);
  listening.get("lanes.orders")?.("");
  await allWake();

  lanes[Symbol.dispose]();
  expect(listening.size).toBe(0);
});
