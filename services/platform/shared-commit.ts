import { isDatabaseOutage, isLockTimeout } from "./outage.ts";
import { PoolOverloaded, WAITING_MAX } from "./postgres-queue.ts";

export interface SharedCommitOptions<Write, Outcome> {
  /** Commits all of them or none. Gives what became of each; where that throws, this one has failed. */
  readonly commit: (writes: readonly Write[]) => Promise<(write: Write) => Outcome>;
  /** So many share one commit at most. */
  readonly writesMax: number;
  /** So many commits are under way at once. */
  readonly commitsMax: number;
  /** So many writes wait for a commit; more are refused at once, as by a pool. Default 1 000. */
  readonly waitingMax?: number;
}

interface Waiting<Write, Outcome> {
  readonly write: Write;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets writes that are asked for at the same time share a commit, which costs the database hardly
 * more for many than for one. No write waits for company: while fewer than `commitsMax` are under
 * way it goes with those of its own turn of the event loop, else with all the others that have come
 * until one of them returns.
 *
 * When a commit of several is undone, each of its writes is tried alone, so that a bad one fails
 * alone. When the database is away, or nobody knows whether it has committed, all of them fail with
 * that error: each would have met it by itself as well.
 */
export function sharedCommit<Write, Outcome>({
  commit,
  writesMax,
  commitsMax,
  waitingMax = WAITING_MAX,
}: SharedCommitOptions<Write, Outcome>): (write: Write) => Promise<Outcome> {
  type Member = Waiting<Write, Outcome>;
  const waiting: Member[] = [];
  let underWay = 0;
  let isDue = false;

  /** Requests are read in bursts: at once, the first of each would go alone and the rest behind it. */
  function startAfterTurn(): void {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      start();
    });
  }

  function start(): void {
    while (underWay < commitsMax && waiting.length > 0) {
      underWay += 1;
      void settle(waiting.splice(0, writesMax)).then(() => {
        underWay -= 1;
        start();
      });
    }
  }

  /** Tells all members what has become of them; never rejects. */
  async function settle(members: readonly Member[]): Promise<void> {
    try {
      tell(members, await commit(members.map(({ write }) => write)));
    } catch (error) {
      // All at once: one of them may wait for a lock that the others do not need.
      if (members.length > 1 && wasUndone(error))
        await Promise.all(members.map((member) => settle([member])));
      else for (const { reject } of members) reject(error);
    }
  }

  return (write) => {
    if (waiting.length >= waitingMax)
      return Promise.reject(new PoolOverloaded("too many wait for a commit"));
    return new Promise((resolve, reject) => {
      waiting.push({ write, resolve, reject });
      startAfterTurn();
    });
  };
}

function tell<Write, Outcome>(
  members: readonly Waiting<Write, Outcome>[],
  outcomeOf: (write: Write) => Outcome,
): void {
  for (const { write, resolve, reject } of members) {
    try {
      resolve(outcomeOf(write));
    } catch (error) {
      reject(error);
    }
  }
}

/** Whether nothing of the statement is stored, and its own doing may be the reason. */
function wasUndone(error: unknown): boolean {
  return !isDatabaseOutage(error) || isLockTimeout(error);
}
