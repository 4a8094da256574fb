import type postgres from "postgres";
import { quantile } from "../ratios.ts";
import type { OpenPeer } from "./peer.ts";
import type { PeerWork, WorkDone } from "./peer-task.ts";

/** How a backlog is stored. */
const filling = { callers: 4, batch: 50 };
/** For each caller. */
const callsToWarmUp = 20;
const deliveredWithinMs = 300_000;
const pollMs = 50;

export interface Setting {
  readonly peer: OpenPeer;
  /** For looking at the results. */
  readonly sql: postgres.Sql;
  readonly firstOrder: number;
}

/** Stores what must be there before the work begins. */
export async function makeReady(work: PeerWork, { peer, firstOrder }: Setting): Promise<void> {
  if (work.kind === "latency") await peer.deliver("singly");
  if (work.kind === "accept") await acceptAll(peer, range(firstOrder, warmUpOf(work)), work);
  if (work.kind === "deliver") await acceptAll(peer, range(firstOrder, work.jobs), filling);
}

/** Orders that an accepting process takes on before it is measured. */
const warmUpOf = (work: PeerWork) =>
  work.kind === "accept" ? work.callers * work.batch * callsToWarmUp : 0;

async function acceptAll(
  peer: OpenPeer,
  orders: readonly number[],
  { callers, batch }: { readonly callers: number; readonly batch: number },
): Promise<void> {
  const numbers = counter(0);
  const call = async () => {
    for (let next = numbers(batch); next < orders.length; next = numbers(batch))
      await acceptSome(peer, orders.slice(next, next + batch));
  };
  await Promise.all(Array.from({ length: callers }, call));
}

function acceptSome(peer: OpenPeer, orders: readonly number[]): Promise<void> {
  const [only, ...others] = orders;
  return only !== undefined && others.length === 0 ? peer.accept(only) : peer.acceptMany(orders);
}

/** Does the work, and waits until all of its jobs are done. */
export async function doWork(work: PeerWork, setting: Setting): Promise<WorkDone> {
  const done = await doneBy(work, setting);
  return { ...done, warmUp: warmUpOf(work), waiting: await setting.peer.waiting() };
}

type Done = Omit<WorkDone, "warmUp" | "waiting">;

function doneBy(work: PeerWork, setting: Setting): Promise<Done> {
  switch (work.kind) {
    case "accept":
      return accept(work, { ...setting, firstOrder: setting.firstOrder + warmUpOf(work) });
    case "accept until killed":
      return accept({ ...work, batch: 1, seconds: Number.POSITIVE_INFINITY }, setting);
    case "deliver":
      return deliver(work, setting);
    case "latency":
      return acceptOnTime(work, setting);
    case "drain":
      return drain(setting);
  }
}

async function accept(
  { callers, batch, seconds }: { callers: number; batch: number; seconds: number },
  { peer, firstOrder }: Setting,
): Promise<Done> {
  const numbers = counter(firstOrder);
  const times: number[] = [];
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1_000;
  const call = async () => {
    for (let at = startedAt; at < endAt; ) {
      const next = numbers(batch);
      const from = performance.now();
      await acceptSome(peer, range(next, batch));
      at = performance.now();
      times.push(at - from);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const took = (performance.now() - startedAt) / 1_000;
  return { done: times.length * batch, seconds: took, ...quantilesOf(times) };
}

async function deliver(
  { way, jobs }: { way: "singly" | "batched"; jobs: number },
  { peer, sql }: Setting,
): Promise<Done> {
  const startedAt = performance.now();
  await peer.deliver(way);
  await until(async () => (await effectsIn(sql)) >= jobs, `${jobs} effects`);
  const seconds = (performance.now() - startedAt) / 1_000;
  await nothingWaits(peer);
  return { done: jobs, seconds };
}

/** An order at each intended time, whether or not those before are answered. */
async function acceptOnTime(
  { perSecond, seconds }: { perSecond: number; seconds: number },
  { peer, sql, firstOrder }: Setting,
): Promise<Done> {
  const orders = Math.round(perSecond * seconds);
  const times: number[] = [];
  const startedAt = performance.now();
  const send = async (nth: number) => {
    const intendedAt = startedAt + (nth * 1_000) / perSecond;
    await peer.accept(firstOrder + nth);
    times.push(performance.now() - intendedAt);
  };
  const sent: Promise<void>[] = [];
  for (let nth = 0; nth < orders; nth += 1) {
    const waitMs = startedAt + (nth * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await Bun.sleep(waitMs);
    sent.push(send(nth));
  }
  await Promise.all(sent);
  await until(async () => (await effectsIn(sql)) >= orders, `${orders} effects`);
  await nothingWaits(peer);
  const took = (performance.now() - startedAt) / 1_000;
  return { done: orders, seconds: took, ...quantilesOf(times) };
}

async function drain({ peer, sql }: Setting): Promise<Done> {
  const before = await effectsIn(sql);
  const startedAt = performance.now();
  await peer.deliver("singly");
  await nothingWaits(peer);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { done: (await effectsIn(sql)) - before, seconds };
}

async function effectsIn(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int from effects`;
  return row?.count ?? 0;
}

const nothingWaits = (peer: OpenPeer) =>
  until(async () => (await peer.waiting()) === 0, "no job waiting");

async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + deliveredWithinMs;
  while (!(await check())) {
    if (performance.now() > giveUpAt)
      throw new Error(`there were not ${what} within ${deliveredWithinMs} ms`);
    await Bun.sleep(pollMs);
  }
}

function quantilesOf(times: number[]): { readonly p50Ms: number; readonly p99Ms: number } {
  return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

/** Gives the first of so many numbers that nobody else is given. */
function counter(first: number): (howMany: number) => number {
  let next = first;
  return (howMany) => {
    const mine = next;
    next += howMany;
    return mine;
  };
}

const range = (first: number, length: number) =>
  Array.from({ length }, (_, index) => first + index);
