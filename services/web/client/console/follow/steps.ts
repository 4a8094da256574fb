import type { ServiceName } from "../ops.ts";
import type { Hop } from "./hops.ts";

/** One thing that happened, somewhere. */
export interface Step {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** A service, or a stream in capitals. */
  readonly from: string;
  readonly to: string;
  readonly what: string;
  /** Where it happened, for people. */
  readonly where: string;
  readonly bad: boolean;
  /** How long it had waited for this, and for whom. */
  readonly waited?: { readonly ms: number; readonly what: string } | undefined;
  /** Of steps at one moment, causes first. */
  readonly rank: number;
}

/** All that happened, in order; causes before effects where a transaction has one time for all it does. */
export function stepsOf(hops: readonly Hop[]): readonly Step[] {
  const sent = new Map(hops.flatMap((hop) => sentSteps(hop)).map((step) => [step.id, step]));
  const steps = [...sent.values(), ...hops.flatMap((hop) => heardSteps(hop))];
  return steps.toSorted((a, b) => a.at - b.at || a.rank - b.rank);
}

function sentSteps({
  eventId,
  name,
  version,
  from,
  stream,
  sequence,
  segments,
  state,
}: Hop): Step[] {
  const outbox = segments.find(({ part }) => part === "outbox");
  if (!outbox || from === undefined) return [];
  const label = `${name} v${version}`;
  const stated: Step = {
    id: `${eventId} stated`,
    at: outbox.from,
    from,
    to: from,
    what: `${label} written to the outbox, in the transaction that causes it`,
    where: from,
    bad: false,
    rank: 3,
  };
  if (outbox.open || stream === undefined) return [stated];
  const stored: Step = {
    id: `${eventId} stored`,
    at: outbox.to,
    from,
    to: stream,
    what: `${label} stored as ${stream} ${sequence}`,
    where: state === "stored" ? `${stream}, not heard of since` : stream,
    bad: false,
    waited: { ms: outbox.to - outbox.from, what: "outbox wait" },
    rank: 0,
  };
  return [stated, stored];
}

function heardSteps(hop: Hop): Step[] {
  const { id, name, version, to, stream, segments, state, error, attempts, letter } = hop;
  if (!to || stream === undefined) return [];
  const label = `${name} v${version}`;
  const step = (kind: string, at: number, more: Pick<Step, "what" | "bad" | "waited">): Step => ({
    id: `${id} ${kind}`,
    at,
    from: stream,
    to: to.service,
    where: to.consumer,
    rank: 1,
    ...more,
  });
  const broker = segments.find(({ part }) => part === "broker");
  const waited = broker && { ms: broker.to - broker.from, what: "broker wait" };
  const failed = segments.find(({ part }) => part === "failed");
  const held = segments.find(({ part }) => part === "held");
  const handled = segments.find(({ part }) => part === "handler");
  const because = error === undefined ? "" : `: ${error}`;
  return [
    ...(failed
      ? [
          step("failed", failed.to, {
            what: `${label} failed${attempts > 1 ? ` ${attempts} times` : ""}${because}. It is dead letter ${letter}`,
            bad: true,
            waited,
          }),
        ]
      : []),
    ...(held && !failed && state === "parked"
      ? [
          step("parked", held.from, {
            what: `${label} waits for its turn${because}`,
            bad: attempts > 0,
            waited,
          }),
        ]
      : []),
    ...(handled
      ? [
          step("handled", handled.from, {
            what:
              state === "discarded" ? `${label} was discarded, not handled` : `${label} handled`,
            bad: state === "discarded",
            waited: failed && held ? { ms: held.to - held.from, what: "held" } : waited,
          }),
        ]
      : []),
  ];
}

/** Services and streams in the order in which messages pass them: each stream right behind its sender. */
export function participantsOf(hops: readonly Hop[]): readonly string[] {
  const services: ServiceName[] = [];
  const streamsOf = new Map<string, string[]>();
  const meet = (service: ServiceName | undefined) => {
    if (service !== undefined && !services.includes(service)) services.push(service);
  };
  for (const { from, to, stream } of hops) {
    meet(from);
    const sender = from ?? "";
    const streams = streamsOf.get(sender) ?? [];
    if (stream !== undefined && !streams.includes(stream))
      streamsOf.set(sender, [...streams, stream]);
    meet(to?.service);
  }
  return [
    ...(streamsOf.get("") ?? []),
    ...services.flatMap((service) => [service, ...(streamsOf.get(service) ?? [])]),
  ].filter((name, index, all) => all.indexOf(name) === index);
}
