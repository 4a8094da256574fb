import { rm } from "node:fs/promises";
import type { CrashPointName } from "@app/platform/crash-point.ts";
import { type Answer, call } from "../calls.ts";
import type { Fault, SeededRandom } from "../fault.ts";
import { sources } from "../stack.ts";
import type { FaultWorld } from "../world.ts";
import { crashAt, failHandlers, type Provocation, type Provoked } from "./crash-at.ts";

interface Letter {
  readonly id: number;
  readonly revision: number;
  readonly state: "dead" | "discarded";
}

/** What an operator does to one letter, at the process that `url` names. */
type Act = (url: string, letter: Letter, about: About) => Promise<unknown>;

interface About {
  readonly random: SeededRandom;
  /** Of the letter. */
  readonly consumer: string;
}

const DEAD_WITHIN_MS = 30_000;
const ACTS_WITHIN_MS = 20_000;

/** Some messages become dead letters; then an operator acts on one after the other until a process dies of it. */
const operatorWho =
  (act: Act): Provocation =>
  async (world, provoked) => {
    const letters = () => lettersOf(world, provoked);
    failHandlers(world, { does: "throw", oneIn: 4, times: 100 });
    await world.until(async () => (await letters()).length > 0, DEAD_WITHIN_MS);
    await rm(world.handlerOrders, { force: true });

    const { service, random, crashed } = provoked;
    const consumer = sources[service].durable;
    await world.until(async () => {
      for (const letter of await letters())
        for (const { directUrl } of world.replicas.filter((each) => each.service === service)) {
          if (crashed()) return true;
          // The process dies with the call in hand.
          await act(directUrl, letter, { random, consumer }).catch(() => undefined);
        }
      return crashed();
    }, ACTS_WITHIN_MS);
  };

async function lettersOf({ sql }: FaultWorld, { service }: Provoked): Promise<readonly Letter[]> {
  return sql[service]<Letter[]>`
    select id::int, revision, state from dead_letters
    where state in ('dead', 'discarded') and reason = 'attempts_used' order by id limit 50`;
}

const redrive: Act = (url, { id }) => post(url, `dead-letters/${id}/redrive`, {});

/** Says nothing else than before: one millisecond later. Half of the time it is run at once. */
const edit: Act = async (url, { id, revision }, { random }) => {
  const { body } = await call(url, { method: "GET", path: `/ops/v1/dead-letters/${id}` });
  const { json = {} } = body.payload as { readonly json?: { readonly time?: string } };
  const time = new Date(new Date(json.time ?? 0).getTime() + 1).toISOString();
  const payload = { ...json, time };
  const redrive = random.chance(50);
  return post(url, `dead-letters/${id}/edit`, {
    payload,
    revision,
    redrive,
    reason: "a fault run",
  });
};

/** Gives letters up and takes that back, so that nothing stays undone in the end. */
const discardAndRestore: Act = (url, { id, state }) =>
  post(url, `dead-letters/${id}/${state === "dead" ? "discard" : "restore"}`, {
    reason: "a fault run",
  });

const redriveAll: Act = (url, _letter, { consumer }) =>
  post(url, "redrive-runs", { consumer, all: true, perSecond: RUN_PER_SECOND });

const RUN_PER_SECOND = 50;

function post(url: string, path: string, body: object): Promise<Answer> {
  return call(url, { method: "POST", path: `/ops/v1/${path}`, body });
}

const acts: readonly (readonly [act: Act, points: readonly CrashPointName[]])[] = [
  [redrive, ["redrive.after-resolve", "redrive.before-commit", "redrive.after-commit"]],
  [edit, ["edit.before-commit", "edit.after-commit"]],
  [
    discardAndRestore,
    [
      "discard.before-commit",
      "discard.after-commit",
      "restore.before-commit",
      "restore.after-commit",
    ],
  ],
  [
    redriveAll,
    [
      "redrive-run.after-create",
      "redrive-run.after-claim",
      "redrive-run.before-settle",
      "redrive-run.between-letters",
    ],
  ],
];

/** Processes that die while an operator repairs dead letters. */
export const repairCrashes: readonly Fault[] = acts.flatMap(([act, points]) =>
  points.map((point) => crashAt(point, { arrivalsMax: 1, provoke: operatorWho(act) })),
);
