import { LetterGroupsView } from "@app/platform/messaging/ops-repair-views.ts";
import { ownerOf } from "./consumer-owner.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { letterAt, letterPlace } from "./letter-place.ts";
import type { ServiceClient } from "./service-client.ts";

/** How a command line says which dead letters it means. */
export interface SelectionFlags {
  readonly group?: string;
  readonly all?: boolean;
  readonly consumer?: string;
  readonly type?: string;
  readonly diedOf?: string;
  readonly key?: string;
  readonly error?: string;
  readonly since?: string;
  readonly until?: string;
}

/** What is asked of one service. */
export interface Selection {
  readonly service: ServiceClient;
  /** As the operator API takes it. */
  readonly body: Readonly<Record<string, unknown>> & { readonly consumer: string };
}

/** Finds the one consumer whose letters are meant: a run belongs to one. */
export async function selectionOf(
  context: Context,
  ids: readonly string[],
  flags: SelectionFlags,
): Promise<Selection> {
  requireOneWay(ids, flags);
  if (ids.length > 0) return ofIds(context, ids);
  if (flags.group !== undefined) return ofGroup(context, flags.group);

  const conditions = conditionsOf(flags);
  const any = Object.keys(conditions).length > 0;
  const { service, consumer } = await consumerMeant(context, flags.consumer);
  return { service, body: { consumer, ...(any ? conditions : { all: true }) } };
}

/** Refuses a selection in two ways, of which one would be ignored, one in none, and a consumer to no end. */
export function requireOneWay(ids: readonly string[], flags: SelectionFlags): void {
  const { group, all = false } = flags;
  const any = Object.keys(conditionsOf(flags)).length > 0;
  const ways = [ids.length > 0, group !== undefined, all, any].filter(Boolean).length;
  if (ways === 1 && (flags.consumer === undefined || all || any)) return;
  if (ways === 1) {
    throw new Failure("usage", "--consumer goes with --all or conditions: ids and groups have one");
  }
  const how = ways === 0 ? "say which letters" : "say which letters in one way";
  throw new Failure("usage", `${how}: ids, --group, conditions, or --all`, {
    next: "qb dlq groups",
  });
}

function conditionsOf({ type, diedOf, key, error, since, until }: SelectionFlags) {
  return {
    ...(type === undefined ? {} : { type }),
    ...(diedOf === undefined ? {} : { reasonOfDeath: diedOf }),
    ...(key === undefined ? {} : { key }),
    ...(error === undefined ? {} : { error }),
    ...(since === undefined ? {} : { failedSince: instantOf(since) }),
    ...(until === undefined ? {} : { failedUntil: instantOf(until) }),
  };
}

async function ofIds(context: Context, texts: readonly string[]): Promise<Selection> {
  const places = [];
  for (const text of texts) places.push(await letterPlace(context, text));
  const consumers = new Set<string>();
  for (const place of places) consumers.add((await letterAt(place)).consumer);
  const [consumer, other] = consumers;
  const service = places[0]?.service;
  if (consumer === undefined || service === undefined || other !== undefined) {
    const names = [...consumers].join(" and ");
    throw new Failure("usage", `a run belongs to one consumer, these are of ${names}`);
  }
  return { service, body: { consumer, ids: places.map(({ id }) => id) } };
}

async function ofGroup({ services }: Context, group: string): Promise<Selection> {
  for (const service of services) {
    const { groups } = await service.ask("/ops/v1/dead-letters/groups", LetterGroupsView);
    const found = groups.find(({ id }) => id === group);
    if (found) return { service, body: { consumer: found.consumer, group } };
  }
  throw new Failure("refused", `no open dead letter is of group ${group}`, {
    next: "qb dlq groups",
  });
}

/** Without a name it is the one that has dead letters, where only one has. */
async function consumerMeant({ services }: Context, named: string | undefined) {
  if (named !== undefined) return { service: await ownerOf(services, named), consumer: named };
  const having = new Map<string, ServiceClient>();
  for (const service of services) {
    const { groups } = await service.ask("/ops/v1/dead-letters/groups", LetterGroupsView);
    for (const { consumer } of groups) having.set(consumer, service);
  }
  const [only, another] = having;
  if (only && !another) return { consumer: only[0], service: only[1] };
  if (!only) throw new Failure("refused", "there are no dead letters", { next: "qb dlq ls" });
  const names = [...having.keys()].join(" or ");
  throw new Failure("usage", `several consumers have dead letters: --consumer ${names}`);
}

function instantOf(text: string): string {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new Failure("usage", `${text} is no instant: write 2026-01-31T12:00:00Z`);
}
