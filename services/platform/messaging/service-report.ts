import { z } from "zod";
import { isDatabaseOutage } from "../outage.ts";
import { within } from "../within.ts";
import type { Inspected } from "./messaging.ts";
import { showConsumers } from "./ops-consumers.ts";
import { showMessages } from "./ops-messages.ts";
import { showOutbox } from "./ops-outbox.ts";
import { ConsumersView, MessagesView, OutboxView } from "./ops-views.ts";

/** What one service knows about the messages of some keys, and about its own parts that move them. */
export interface ToldReport {
  readonly kind: "told";
  readonly service: string;
  readonly outbox: OutboxView;
  readonly consumers: ConsumersView["consumers"];
  readonly messages: readonly MessagesView[];
}

/** A service that could not say, which tells something as well. */
export interface SilentReport {
  readonly kind: "silent";
  readonly service: string;
  /** What does not answer: the service, or the database behind it. */
  readonly part: "service" | "database";
  readonly problem: string;
}

export type ServiceReport = ToldReport | SilentReport;

/** No source is waited for longer. */
export const reportWithinMs = 1_000;
const late = `no answer within ${reportWithinMs} ms`;

/** What this service knows. A database that does not answer in time is part of the report. */
export async function ownReport(
  inspected: Inspected,
  keys: readonly string[],
): Promise<ServiceReport> {
  const { service } = inspected;
  const asked = Promise.all([
    showOutbox(inspected, { limit: 1 }),
    showConsumers(inspected),
    Promise.all(keys.map((key) => showMessages(inspected, key))),
  ]);
  try {
    const [outbox, { consumers }, messages] = await within(asked, reportWithinMs, late);
    return { kind: "told", service, outbox, consumers, messages };
  } catch (error) {
    const isLate = error instanceof Error && error.message === late;
    if (!isLate && !isDatabaseOutage(error)) throw error;
    return silent(service, "database", isLate ? late : "it is away");
  }
}

export interface Peer {
  readonly service: string;
  /** Where its operator API is, any path in front of it included; undefined when nobody said. */
  readonly url: string | undefined;
  /** The caller's own, passed on: who may not ask the peer learns nothing through us. */
  readonly authorization: string | null;
}

/** What another service knows, by its operator API. Never rejects: a peer that is away is told so. */
export async function peerReport(
  { service, url, authorization }: Peer,
  keys: readonly string[],
): Promise<ServiceReport> {
  if (url === undefined) return silent(service, "service", "nobody said where it is");
  const headers = authorization === null ? {} : { authorization };
  // Where a path leads to it, as behind a gateway, all of its paths begin with that one.
  const at = (path: string) => `${url.replace(/\/+$/, "")}${path}`;
  const ask = async <Schema extends z.ZodType>(path: string, schema: Schema) => {
    const signal = AbortSignal.timeout(reportWithinMs);
    const response = await fetch(at(path), { headers, signal });
    if (!response.ok) throw new NotTold(await problemIn(response));
    return schema.parse(await response.json());
  };
  const alive = fetch(at("/healthz"), { signal: AbortSignal.timeout(reportWithinMs) })
    .then(({ ok }) => ok)
    .catch(() => false);

  try {
    const [outbox, { consumers }, messages] = await Promise.all([
      ask("/ops/v1/outbox?limit=1", OutboxView),
      ask("/ops/v1/consumers", ConsumersView),
      Promise.all(
        keys.map((key) => ask(`/ops/v1/messages?${new URLSearchParams({ key })}`, MessagesView)),
      ),
    ]);
    return { kind: "told", service, outbox, consumers, messages };
  } catch (error) {
    if (error instanceof NotTold) {
      const { code, detail } = error.problem;
      const part = code === "database_unavailable" ? "database" : "service";
      return silent(service, part, part === "database" ? "it is away" : detail);
    }
    if (error instanceof z.ZodError) {
      return silent(service, "service", "its answer cannot be read: another version runs there");
    }
    // A process that answers by itself and not from its database.
    const part = (await alive) ? "database" : "service";
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return silent(service, part, timedOut ? late : `nothing answers at ${url}`);
  }
}

const silent = (service: string, part: SilentReport["part"], problem: string): SilentReport => ({
  kind: "silent",
  service,
  part,
  problem,
});

interface PeerProblem {
  readonly code: string;
  readonly detail: string;
}

/** The peer answered, and did not tell. */
class NotTold extends Error {
  override readonly name = "NotTold";
  readonly problem: PeerProblem;

  constructor(problem: PeerProblem) {
    super(problem.detail);
    this.problem = problem;
  }
}

const Problem = z.object({ code: z.string(), detail: z.string() });

async function problemIn(response: Response): Promise<PeerProblem> {
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = Problem.safeParse(body);
  return parsed.data ?? { code: "unknown", detail: `it answers with status ${response.status}` };
}
