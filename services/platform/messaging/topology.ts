import type { DurableDeclaration, StreamDeclaration } from "@app/contracts/topology.ts";
import {
  AckPolicy,
  type ConsumerInfo,
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { type NatsConnection, nanos } from "nats";
import { createdAtSequenceKey } from "./jetstream-broker.ts";
import { absentIfMissing } from "./jetstream-errors.ts";
import { provenAgeMs } from "./published-stream.ts";

/** One stream as it must be before the first publish. */
export type StreamTopology = StreamDeclaration;

/** One difference between what is declared and what the broker has. */
export interface TopologyChange {
  readonly action: "create" | "update" | "delete";
  readonly kind: "stream" | "durable";
  /** `ORDERS`, or `ORDERS/inventory-service`. */
  readonly name: string;
  readonly differences: readonly Difference[];
  /** It would lose messages or progress: applied only when that is allowed. */
  readonly destructive: boolean;
}

export interface Difference {
  readonly field: string;
  readonly actual: unknown;
  readonly declared: unknown;
}

export interface TopologyOptions {
  /** Copies of each message in a cluster. */
  readonly replicas?: number;
  /** Lets `applyTopology` make destructive changes, and limits that were raised be as declared again. */
  readonly destructive?: boolean;
}

/** A declaration that cannot be right, or a broker that did not take it. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
}

/** Shows what `applyTopology` would do with the same options. Refuses declarations whose rate × age exceeds their bytes. */
export async function planTopology(
  nc: NatsConnection,
  declared: readonly StreamTopology[],
  options: TopologyOptions = {},
): Promise<readonly TopologyChange[]> {
  for (const stream of declared) checkSize(stream);
  const jsm = await jetstreamManager(nc);
  const changes: TopologyChange[] = [];

  for (const stream of declared) {
    const info = await absentIfMissing(() => jsm.streams.info(stream.name));
    const wanted = wantedConfig(stream, info?.config, options);
    changes.push(...compare("stream", stream.name, info?.config, wanted));
    for (const durable of stream.durables) {
      const consumer =
        info && (await absentIfMissing(() => jsm.consumers.info(stream.name, durable.name)));
      const name = `${stream.name}/${durable.name}`;
      changes.push(...compare("durable", name, consumer?.config, durableConfig(durable)));
    }
  }
  return changes;
}

/**
 * Makes the broker's streams and durables as declared, and reads the result back, because old
 * servers drop fields that they do not know without a word. Never deletes what is not declared.
 */
export async function applyTopology(
  nc: NatsConnection,
  declared: readonly StreamTopology[],
  options: TopologyOptions = {},
): Promise<readonly TopologyChange[]> {
  const changes = await planTopology(nc, declared, options);
  const refused = changes.filter(({ destructive }) => destructive && !options.destructive);
  if (refused.length > 0) {
    throw new TopologyError(
      `refused without --destructive: ${refused.map(({ name, differences }) => `${name} (${differences.map(({ field }) => field).join(", ")})`).join("; ")}`,
    );
  }

  const jsm = await jetstreamManager(nc);
  for (const stream of declared) {
    await applyStream(jsm, stream, changes, options);
    for (const durable of stream.durables) await applyDurable(jsm, stream.name, durable, changes);
  }

  // Nobody gave more room to a stream that is new: there it is a limit that was dropped.
  const made = new Set(changes.flatMap(({ action, name }) => (action === "create" ? [name] : [])));
  const fresh = declared.filter(({ name }) => made.has(name));
  const older = declared.filter(({ name }) => !made.has(name));
  const left =
    changes.length === 0
      ? []
      : [
          ...(await planTopology(nc, fresh, { ...options, destructive: true })),
          ...(await planTopology(nc, older, options)),
        ];
  if (left.length > 0) {
    const fields = left.flatMap(({ name, differences }) =>
      differences.map(({ field }) => `${name} ${field}`),
    );
    throw new TopologyError(
      `the broker did not take ${fields.join(", ")}: is nats-server too old?`,
    );
  }
  return changes;
}

/** The part of a topology that one service needs: its streams, the shared ones, and its durables. */
export function topologyOf(
  service: string,
  declared: readonly StreamTopology[],
): readonly StreamTopology[] {
  return declared.filter(
    ({ owner, durables }) =>
      owner === service || owner === "platform" || durables.some((d) => d.service === service),
  );
}

async function applyStream(
  jsm: JetStreamManager,
  stream: StreamTopology,
  changes: readonly TopologyChange[],
  options: TopologyOptions,
): Promise<StreamInfo | undefined> {
  const change = changes.find(({ kind, name }) => kind === "stream" && name === stream.name);
  if (!change) return undefined;
  // Two services may start at once: adding what exists with the same configuration succeeds.
  if (change.action === "create") {
    return jsm.streams.add({ ...streamConfig(stream, options), name: stream.name });
  }
  const { config } = await jsm.streams.info(stream.name);
  return jsm.streams.update(stream.name, wantedConfig(stream, config, options));
}

async function applyDurable(
  jsm: JetStreamManager,
  stream: string,
  durable: DurableDeclaration,
  changes: readonly TopologyChange[],
): Promise<ConsumerInfo | undefined> {
  const change = changes.find(
    ({ kind, name }) => kind === "durable" && name === `${stream}/${durable.name}`,
  );
  if (!change) return undefined;
  if (change.action === "update") {
    return jsm.consumers.update(stream, durable.name, durableConfig(durable));
  }
  const createdAtSequence = provenBeginning(await jsm.streams.info(stream));
  try {
    return await jsm.consumers.add(stream, {
      ...durableConfig(durable),
      durable_name: durable.name,
      metadata: { [createdAtSequenceKey]: String(createdAtSequence) },
    });
  } catch (error) {
    // Another made it meanwhile, when the stream began elsewhere. Whether it is as declared is read back.
    const made = await absentIfMissing(() => jsm.consumers.info(stream, durable.name));
    if (!made) throw error;
    return made;
  }
}

/**
 * Where a stream begins, as far as age explains that it does not begin with sequence 1. A durable is
 * also made anew by a broker that lost it, and perhaps messages with it: those come back, and a lane
 * may not start behind them.
 */
function provenBeginning({ config, state }: StreamInfo): number {
  const ageMs = Date.now() - new Date(state.first_ts).getTime();
  const maxAgeSeconds = config.max_age / 1e9;
  const isAged = state.messages > 0 && maxAgeSeconds > 0 && ageMs >= provenAgeMs({ maxAgeSeconds });
  return isAged ? Math.max(1, state.first_seq) : 1;
}

function streamConfig(stream: StreamTopology, { replicas = 1 }: TopologyOptions) {
  return {
    subjects: [...stream.subjects],
    retention: RetentionPolicy.Limits,
    // The newest replaces the oldest of its subject, which `discard: new` alone would refuse.
    discard: stream.maxMessagesPerSubject ? DiscardPolicy.Old : DiscardPolicy.New,
    storage: StorageType.File,
    num_replicas: replicas,
    max_age: nanos(stream.maxAgeSeconds * 1_000),
    max_bytes: stream.maxBytes,
    duplicate_window: nanos(120_000),
    max_msgs_per_subject: stream.maxMessagesPerSubject ?? -1,
  } satisfies Partial<StreamConfig>;
}

/**
 * As declared, but for room that was given to a stream that is there: a higher limit of bytes or age is
 * an operator's, who keeps it over releases. What is destructive takes it back to what is declared.
 */
function wantedConfig(
  stream: StreamTopology,
  actual: StreamConfig | undefined,
  options: TopologyOptions,
) {
  const declared = streamConfig(stream, options);
  if (!actual || options.destructive) return declared;
  const higher = (field: "max_bytes" | "max_age") =>
    limitOf(actual[field]) > limitOf(declared[field]) ? actual[field] : declared[field];
  return { ...declared, max_bytes: higher("max_bytes"), max_age: higher("max_age") };
}

function durableConfig(durable: DurableDeclaration) {
  return {
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(durable.ackWaitSeconds * 1_000),
    // Attempts are counted in the database; the broker strands nothing.
    max_deliver: -1,
    max_ack_pending: durable.maxAckPending,
  };
}

const kept: ReadonlySet<string> = new Set(["retention", "storage"]);
const limits: ReadonlySet<string> = new Set(["max_age", "max_bytes", "max_msgs_per_subject"]);

/** Whether messages or progress would be lost: a limit lowered, a subject dropped, another kind of stream. */
function loses({ field, actual, declared }: Difference): boolean {
  if (kept.has(field)) return true;
  if (limits.has(field)) return limitOf(declared) < limitOf(actual);
  if (field !== "subjects" || !Array.isArray(actual) || !Array.isArray(declared)) return false;
  return actual.some((subject) => !declared.includes(subject));
}

/** JetStream writes 0 or -1 for no limit. */
function limitOf(value: unknown): number {
  const limit = Number(value);
  return limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

function compare(
  kind: TopologyChange["kind"],
  name: string,
  actual: object | undefined,
  declared: object,
): readonly TopologyChange[] {
  const before = new Map(Object.entries(actual ?? {}));
  const differences = Object.entries(declared)
    .filter(([field, value]) => JSON.stringify(before.get(field)) !== JSON.stringify(value))
    .map(([field, value]) => ({ field, actual: before.get(field), declared: value }));
  if (differences.length === 0) return [];

  const action = actual ? "update" : "create";
  const destructive = action === "update" && differences.some(loses);
  return [{ action, kind, name, differences, destructive }];
}

/** A stream that keeps all has room for so long at least; then its bytes are raised. */
const keptForSeconds = 10 * 365 * 86_400;

function checkSize({ name, maxAgeSeconds, maxBytes, declaredRate }: StreamTopology): void {
  const { messagesPerSecond, bytesPerMessage } = declaredRate;
  const needed = messagesPerSecond * bytesPerMessage * (maxAgeSeconds || keptForSeconds);
  if (needed > maxBytes) {
    throw new TopologyError(
      `${name} declares ${Math.ceil(needed)} bytes within its age but keeps at most ${maxBytes}`,
    );
  }
}
