import { readFileSync } from "node:fs";
import type { HandlerLine } from "@app/platform/testing/sink-process.ts";

/** One message as its handlers' processes saw it. */
export interface HandledMessage {
  readonly key: string;
  readonly version: number;
  readonly starts: readonly Start[];
  /** When the core had counted so many failures of it; the first at index 0. */
  readonly failedAtMs: readonly number[];
}

export interface Start {
  readonly atMs: number;
  readonly pid: number;
  /** Its place among the starts of its process. */
  readonly place: number;
}

/** What a handler log tells of each message, by event id. */
export function readHandlerLog(file: string): ReadonlyMap<string, HandledMessage> {
  const messages = new Map<string, HandledMessage & { starts: Start[]; failedAtMs: number[] }>();
  const places = new Map<number, number>();
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const parsed: HandlerLine = JSON.parse(line);
    const { eventId, atMs, pid } = parsed;
    if (parsed.does === "fail") {
      const failed = messages.get(eventId);
      if (failed) failed.failedAtMs[parsed.attempts - 1] = atMs;
      continue;
    }
    const { key, version } = parsed;
    const message = messages.get(eventId) ?? { key, version, starts: [], failedAtMs: [] };
    messages.set(eventId, message);
    const place = places.get(pid) ?? 0;
    places.set(pid, place + 1);
    message.starts.push({ atMs, pid, place });
  }
  return messages;
}

/** Most messages that share a transaction. */
const batchMax = 100;

/**
 * Healthy messages that started after the third attempt of a poisoned one because of it: those that
 * its process had begun in the transaction that failed with it, which had to begin again. Each of
 * them must have begun for the last time before the poisoned message's third attempt did.
 */
export function heldUp(
  messages: ReadonlyMap<string, HandledMessage>,
  poisonedKeys: ReadonlySet<string>,
): readonly string[] {
  const all = [...messages.values()];
  const healthy = all.filter(({ key }) => !poisonedKeys.has(key));
  const late: string[] = [];
  for (const poisoned of all.filter(({ failedAtMs }) => failedAtMs.length >= 3)) {
    const first = poisoned.starts[0];
    const third = poisoned.starts.findLast(({ atMs }) => atMs <= (poisoned.failedAtMs[2] ?? 0));
    if (!first || !third) continue;
    for (const { key, version, starts } of healthy) {
      const near = starts.some(
        ({ pid, place }) =>
          pid === first.pid && place < first.place && first.place - place <= batchMax,
      );
      const last = starts.at(-1);
      if (near && starts.length > 1 && last && last.atMs > third.atMs)
        late.push(`${key} v${version} started ${last.atMs - third.atMs} ms after ${poisoned.key}`);
    }
  }
  return late;
}
