import { ConsumersView, OutboxView } from "@app/platform/messaging/ops-views.ts";
import { z } from "zod";
import { type Finding, fine, notFine } from "./diagnosis.ts";
import { duration } from "./duration.ts";
import { Failure } from "./failure.ts";
import type { ServiceClient } from "./service-client.ts";

const Readiness = z.object({
  status: z.string(),
  checks: z.record(
    z.string(),
    z.object({ status: z.string(), critical: z.boolean(), problem: z.string().optional() }),
  ),
});

/** A message that has waited longer has not just been written. */
const outboxAgeMaxMs = 60_000;

/** What one service says about itself: each readiness check, its outbox and its consumers. */
export async function examineService(service: ServiceClient): Promise<Finding[]> {
  const about = service.name;
  try {
    const response = await service.send("/readyz");
    const { checks } = Readiness.parse(await response.json());
    const ready = Object.entries(checks).map(([name, check]) =>
      check.status === "ok"
        ? fine(`${about} ${name}`, "ok")
        : notFine(check.critical ? "fail" : "warn", {
            about: `${about} ${name}`,
            found: check.problem ?? check.status,
            wayOut: wayOutOf(name, service),
          }),
    );
    return [...ready, await outboxOf(service), ...(await consumersOf(service))];
  } catch (error) {
    if (error instanceof Failure) {
      const wayOut = error.next ?? "qb doctor once it runs";
      return [notFine("fail", { about, found: error.message, wayOut })];
    }
    const found = `${service.url} is another program`;
    return [notFine("fail", { about, found, wayOut: `qb --${about}-url URL doctor` })];
  }
}

function wayOutOf(check: string, { name }: ServiceClient): string {
  if (check === "database") return "start Postgres, or look at DATABASE_URL";
  if (check === "migrations") return "qb migrate";
  if (check === "broker" || check === "canary") return "start nats-server, or look at its disk";
  return `read the log of ${name}; it repeats by itself`;
}

async function outboxOf(service: ServiceClient): Promise<Finding> {
  const about = `${service.name} outbox`;
  const { backlog, broker } = await service.ask("/ops/v1/outbox?limit=1", OutboxView);
  const found = `${backlog.count} waiting`;
  if (backlog.oldestAgeMs < outboxAgeMaxMs) return fine(about, found);
  return notFine("warn", {
    about,
    found: `${found}, the oldest ${duration(backlog.oldestAgeMs)} old`,
    wayOut: broker.connected ? "qb outbox ls" : "start nats-server: they go out by themselves",
  });
}

async function consumersOf(service: ServiceClient): Promise<Finding[]> {
  const { consumers } = await service.ask("/ops/v1/consumers", ConsumersView);
  return consumers.map(({ consumer, problem, broker, dead, blockedLanes, stuckLanes, parked }) => {
    const about = `${service.name} ${consumer}`;
    const counts = `${dead} dead letters, ${stuckLanes} stuck lanes, ${parked} parked`;
    if (problem !== null) {
      const wayOut = broker === null ? "qb topology plan" : `start ${service.name}`;
      return notFine("warn", { about, found: problem, wayOut });
    }
    if (stuckLanes > 0)
      return notFine("warn", { about, found: counts, wayOut: "qb lane ls --state stuck" });
    if (dead + blockedLanes > 0)
      return notFine("warn", { about, found: counts, wayOut: "qb dlq ls" });
    return fine(about, `${broker?.pending ?? 0} pending, ${counts}`);
  });
}
