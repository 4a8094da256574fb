import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { messageOf, type SinkWorld, sinkWorld } from "@app/platform/testing/sink.ts";
import { startReplicaProcess } from "@app/platform/testing/sink-process.ts";
import { heldUp, readHandlerLog } from "./handler-log.ts";

export interface PoisonOptions {
  /** Each round sends every key's messages; `true` is a round with poison. */
  readonly rounds: readonly boolean[];
  readonly keys: number;
  /** Messages of each key. */
  readonly versions: number;
  readonly retryBase: number;
  readonly attemptsMax: number;
}

export interface PoisonResult {
  readonly rounds: readonly Round[];
  /** Healthy messages that a poisoned one held up beyond its third attempt. */
  readonly heldUp: readonly string[];
  readonly deadLetters: number;
  /** After repair and redrive: rows whose version does not follow the one before of their key. */
  readonly disorder: number;
  readonly effects: number;
}

export interface Round {
  readonly poisoned: boolean;
  /** Handled messages of healthy keys a second, from the first start of a handler to the last. */
  readonly healthyPerSecond: number;
}

export const poisonedKeys = 5;
/** Early enough that most of a round comes after it. */
const poisonedVersion = 3;
const replicas = 3;
const perTransaction = 500;
const HANDLED_DEADLINE_MS = 120_000;

const keyOf = (round: number, key: number) => `r${round}k${key}`;

/**
 * Sends every key's messages to three replica processes, a round after the other. In rounds with
 * poison the third message of five keys always fails. In the end the cause is repaired and all
 * letters are redriven.
 */
export async function runPoisonedKeys(options: PoisonOptions): Promise<PoisonResult> {
  const { rounds, keys, versions, retryBase, attemptsMax } = options;
  const directory = mkdtempSync(join(tmpdir(), "quickbite-poison-"));
  const [poison, handlerLog] = [join(directory, "poison"), join(directory, "handlers.jsonl")];
  writeFileSync(poison, "");
  await using world = await sinkWorld();
  const behaviour = {
    poisonedKeys: rounds.flatMap((poisoned, round) => (poisoned ? badKeysOf(round) : [])),
    version: poisonedVersion,
    poison,
    handlerLog,
    retryBase,
    attemptsMax,
  };
  await using processes = new AsyncDisposableStack();
  processes.defer(() => rmSync(directory, { recursive: true }));
  const started = await Promise.all(
    Array.from({ length: replicas }, () => startReplicaProcess(world, behaviour)),
  );
  for (const each of started) processes.use(each);

  const done: Round[] = [];
  for (const [round, poisoned] of rounds.entries()) {
    await send(world, round, options);
    const heldBack = poisoned ? poisonedKeys * (versions - poisonedVersion + 1) : 0;
    await handledOf(world, round, keys * versions - heldBack);
    done.push({ poisoned, healthyPerSecond: throughput(handlerLog, round) });
  }
  const letters = rounds.filter((poisoned) => poisoned).length * poisonedKeys;
  await eventually(async () => (await world.deadLetterIds()).length === letters, {
    deadlineMs: HANDLED_DEADLINE_MS,
    everyMs: 50,
  });
  const held = heldUp(readHandlerLog(handlerLog), new Set(behaviour.poisonedKeys));

  rmSync(poison);
  const [first] = started;
  for (const id of await world.deadLetterIds()) {
    const answer = await fetch(`${first?.url}/ops/v1/dead-letters/${id}/redrive`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    if (!answer.ok) throw new Error(`redrive of ${id}: ${answer.status} ${await answer.text()}`);
  }
  const expected = rounds.length * keys * versions;
  await eventually(async () => (await world.handledCount()) >= expected, {
    deadlineMs: HANDLED_DEADLINE_MS,
    everyMs: 100,
  });
  const effects = await world.handledCount();
  const disorder = await world.disorder();
  return { rounds: done, heldUp: held, deadLetters: letters, disorder, effects };
}

const badKeysOf = (round: number) =>
  Array.from({ length: poisonedKeys }, (_, key) => `order/${keyOf(round, key)}`);

/** Versions outside, keys inside: every key has something to do all the time. */
async function send(
  world: SinkWorld,
  round: number,
  { keys, versions }: Pick<PoisonOptions, "keys" | "versions">,
): Promise<void> {
  const drafts = Array.from({ length: versions * keys }, (_, index) =>
    messageOf(keyOf(round, index % keys), Math.floor(index / keys) + 1),
  );
  for (let first = 0; first < drafts.length; first += perTransaction) {
    const part = drafts.slice(first, first + perTransaction);
    await world.pool.transaction((tx) => appendToOutbox(tx, part));
  }
}

async function handledOf(world: SinkWorld, round: number, expected: number): Promise<void> {
  await eventually(async () => (await world.handledCount(`order/r${round}k%`)) === expected, {
    deadlineMs: HANDLED_DEADLINE_MS,
    everyMs: 100,
  });
}

function throughput(handlerLog: string, round: number): number {
  const bad = new Set(badKeysOf(round));
  const starts = [...readHandlerLog(handlerLog).values()]
    .filter(({ key }) => key.startsWith(`order/r${round}k`) && !bad.has(key))
    .map((message) => message.starts.at(-1)?.atMs ?? 0);
  const tookMs = Math.max(...starts) - Math.min(...starts);
  return Math.round((starts.length * 1_000) / tookMs);
}
