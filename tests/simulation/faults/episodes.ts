import type { CrashPointName } from "@app/platform/crash-point.ts";
import type { History } from "../history.ts";
import { messagingTables } from "../models/messaging-tables.ts";
import { leaseHolder } from "../models/model-lease.ts";
import type { Slot } from "../system/world.ts";
import type { Chance } from "../world/chance.ts";
import { type PassingFault, passingFaults, type SuddenFault, suddenFaults } from "./fault-kinds.ts";

/** One fault of a history. */
export type Episode =
  | {
      readonly kind: PassingFault;
      readonly atMs: number;
      readonly forMs: number;
      readonly rate: number;
    }
  | {
      readonly kind: SuddenFault;
      readonly atMs: number;
      readonly forMs: number;
      /** Where a crash is to happen. */
      readonly point?: CrashPointName;
      /** What is to be slow. */
      readonly place?: string;
    };

/** Points that histories come to. The others belong to work that needs SQL, such as migrations. */
export const reachablePoints = [
  "request.after-commit-before-reply",
  "relay.after-read-before-publish",
  "relay.after-ack-before-finish",
  "relay.after-finish",
  "relay.mid-repair",
  "consumer.after-fetch-before-transaction",
  "consumer.in-transaction-before-commit",
  "consumer.after-commit-before-ack",
  "consumer.mid-batch",
  "lane-worker.before-commit",
  "lane-worker.after-commit",
  "redrive.after-resolve",
  "redrive.before-commit",
  "redrive.after-commit",
  "discard.before-commit",
  "discard.after-commit",
  "restore.before-commit",
  "restore.after-commit",
  "edit.before-commit",
  "edit.after-commit",
] as const satisfies readonly CrashPointName[];

/** Those that need a message to fail first. */
const rarePoints = [
  "lane-worker.before-commit",
  "lane-worker.after-commit",
  "redrive.after-resolve",
  "redrive.before-commit",
  "redrive.after-commit",
  "edit.before-commit",
  "edit.after-commit",
] as const satisfies readonly CrashPointName[];

/** A random subset of all faults, each for a while, within `untilMs`. */
export function chosenEpisodes(chance: Chance, untilMs: number): readonly Episode[] {
  const chosen = Array.from({ length: chance.between(1, 7) }, (): Episode => {
    const atMs = chance.fraction() * untilMs * 0.9;
    const forMs = 50 + chance.fraction() ** 2 * (untilMs - atMs);
    if (chance.happens(0.4)) {
      const kind = chance.pick(passingFaults);
      return { kind, atMs, forMs, rate: chance.pick([0.05, 0.2, 0.5, 1]) };
    }
    const kind = chance.happens(0.1) ? "crash at a named point" : chance.pick(suddenFaults);
    if (kind === "one place slow") return { kind, atMs, forMs, place: chance.pick(slowPlaces) };
    if (kind !== "crash at a named point") return { kind, atMs, forMs };
    return {
      kind,
      atMs,
      forMs,
      point: chance.pick(chance.happens(0.5) ? rarePoints : reachablePoints),
    };
  });
  return chosen.flatMap((episode) => [episode, ...occasionsFor(episode, untilMs)]);
}

/** What leads to a named point that histories seldom come to by themselves. */
function occasionsFor(episode: Episode, untilMs: number): readonly Episode[] {
  const { atMs } = episode;
  const point = "point" in episode ? episode.point : undefined;
  const forMs = (untilMs - atMs) / 2;
  if (point === "relay.mid-repair") return [{ kind: "stream made again", atMs, forMs }];
  if (point?.startsWith("lane-worker."))
    return [{ kind: "handler throws", atMs: 0, forMs: untilMs, rate: 0.8 }];
  if (point?.startsWith("redrive.") || point?.startsWith("edit."))
    return [{ kind: "handler throws", atMs: 0, forMs: untilMs, rate: 1 }];
  if (point?.startsWith("discard.") || point?.startsWith("restore."))
    return Array.from({ length: 5 }, () => ({ kind: "unreadable message", atMs, forMs }));
  // Orders that are decided just when their deadline has passed.
  if ("place" in episode && episode.place === "orders.overdue")
    return [{ kind: "delivery lost", atMs: 0, forMs: atMs + forMs, rate: 1 }];
  if (episode.kind === "operator")
    return [{ kind: "handler throws", atMs: 0, forMs: atMs, rate: 1 }];
  return [];
}

/** Lets a fault begin. It ends by itself, at the latest when the world heals. */
export function strike(history: History, episode: Episode): void {
  const { world } = history;
  const { kind, forMs } = episode;
  if ("rate" in episode) {
    world.scheduler.note("fault", `${kind}, ${episode.rate * 100} %`);
    world.faults.set(episode.kind, episode.rate);
    world.endLater(forMs, () => world.faults.set(episode.kind, 0));
    return;
  }
  const happened = sudden[episode.kind](history, forMs, episode);
  if (!happened) return;
  world.scheduler.note("fault", kind);
  world.coverage.add("fault", kind);
}

/** Makes one happen now. Returns whether there was anything for it to happen to. */
type Happen = (history: History, forMs: number, where: Where) => boolean;

type Where = Pick<Extract<Episode, { readonly kind: SuddenFault }>, "point" | "place">;

/** Where time that passes lets others do something meanwhile. */
const slowPlaces = [
  // Most often where an order is found overdue: what decides it may come before it is timed out.
  ...(["orders.overdue", "orders.overdue", "orders.overdue", "orders.overdue"] as const),
  "commit",
  "outbox.pending",
  "outbox.finish",
  "outbox.sentBetween",
  "inbox.lockLanes",
  "inbox.heads",
  "inbox.gaps",
  "inbox.settled",
  "lease.beat",
  "stream state",
  "publish",
  "delivery",
  "ack",
] as const;

const streamNames = ["ORDERS", "INVENTORY", "ORDERS", "INVENTORY", "DEAD_LETTERS"] as const;

const sudden: Readonly<Record<SuddenFault, Happen>> = {
  crash: ({ world }) => withSlot(world, (slot) => world.crash(slot, "kill -9")),
  "crash at a boundary": ({ world }) => {
    for (let crashes = world.chance.between(1, 3); crashes > 0; crashes -= 1)
      world.armed.push({ crossing: world.crossings + world.chance.between(1, 300) });
    return true;
  },
  "crash at a named point": ({ world }, _forMs, { point }) => {
    world.armed.push({ point });
    return true;
  },
  pause: ({ world }, forMs) =>
    withSlot(world, ({ running }) => {
      running?.process.pause();
      world.endLater(forMs, () => running?.process.resume());
    }),
  "one place slow": ({ world }, forMs, { place }) => {
    if (place === undefined) return false;
    world.slowPlaces.set(place, world.chance.between(50, 2_500));
    world.endLater(forMs, () => world.slowPlaces.delete(place));
    return true;
  },
  "orderly restart": ({ world }) => withSlot(world, (slot) => world.restart(slot)),
  "connection broken": ({ world }, forMs) =>
    withSlot(world, ({ running }) => running?.broker.breakFor(Math.min(forMs, 3_000))),

  "broker away": ({ world }, forMs) => world.brokerAway(forMs),
  "broker put back": ({ world }, forMs) => {
    const copy = world.broker.copy();
    // The copy is of now, and what happens until then is forgotten.
    world.scheduler.schedule(forMs / 2, {
      label: "",
      run: () => void world.brokerAway(Math.min(forMs / 2, 1_000), copy),
    });
    return true;
  },
  "stream made again": ({ world }) => {
    const name = world.chance.pick(streamNames);
    if (!world.broker.streams.has(name)) return false;
    world.broker.deleteStream(name);
    return true;
  },
  "durable made again": ({ world }) => {
    const [stream, durable] = world.chance.pick([
      ["ORDERS", "inventory-service"],
      ["INVENTORY", "orders-service"],
    ] as const);
    if (!world.broker.streams.get(stream)?.durables.has(durable)) return false;
    world.broker.deleteDurable(stream, durable);
    return true;
  },
  "messages deleted": ({ world }) => {
    const stream = world.broker.streams.get(world.chance.pick(streamNames));
    if (!stream || stream.size === 0) return false;
    for (let count = world.chance.between(1, 3); count > 0; count -= 1)
      stream.delete(1 + world.chance.below(stream.lastSequence));
    return true;
  },
  "stream full": ({ world }, forMs) => {
    const { streams } = world.broker;
    const stream = streams.get(world.chance.pick(streamNames));
    if (!stream) return false;
    stream.limits = { ...stream.limits, messagesMax: stream.size };
    world.endLater(forMs, () => {
      // Put back to an older state it may be another one meanwhile, with the same limits.
      const now = streams.get(stream.name);
      if (now) now.limits = { ...now.limits, messagesMax: undefined };
    });
    return true;
  },

  "leader's session ended": ({ world }) => {
    const database = world.databases[world.chance.pick(["orders", "inventory"] as const)];
    const leader = leaseHolder(database, 0);
    if (leader === undefined) return false;
    database.abandon(leader);
    return true;
  },
  "database away": ({ world }, forMs) => {
    const database = world.databases[world.chance.pick(["orders", "inventory"] as const)];
    database.goAway();
    world.endLater(Math.min(forMs, 4_000), () => database.comeBack());
    return true;
  },

  "unreadable message": ({ strangers }) => {
    strangers.publishUnreadable();
    return true;
  },
  "message replayed": ({ world, strangers }) => {
    if (!world.broker.up) return false;
    strangers.replay();
    return true;
  },
  "strange sender": ({ world, strangers }) => {
    if (world.chance.happens(0.5)) strangers.announceStrangeOrder();
    else strangers.announceAgain();
    return true;
  },
  operator: ({ world, operator }) => {
    const dead = (["orders", "inventory"] as const).some((service) => {
      const tables = messagingTables(world.databases[service]);
      const { deadLetters } = tables.consumer(
        service === "orders" ? "orders-service" : "inventory-service",
      );
      return [...deadLetters.committed.values()].some(({ state }) => state === "dead");
    });
    operator.look();
    return dead;
  },
};

function withSlot(world: History["world"], happen: (slot: Slot) => void): boolean {
  const [first, ...others] = world.slots.filter(({ running }) => running !== undefined);
  if (!first) return false;
  happen(world.chance.pick([first, ...others]));
  return true;
}
