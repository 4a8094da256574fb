import { type Obstacle, obstacleParts } from "@app/platform/messaging/obstacle.ts";
import type { ServiceReport } from "@app/platform/messaging/service-report.ts";
import { z } from "zod";
import type { Order } from "../domain/order.ts";

const instant = z.iso.datetime();
const count = z.number().int().min(0);

const ObstacleView = z.object({
  service: z.string(),
  part: z.enum(obstacleParts),
  text: z.string(),
  next: z.string().nullable(),
  message: z
    .object({
      type: z.string(),
      key: z.string(),
      version: count,
      stream: z.string().nullable(),
      sequence: count.nullable(),
    })
    .nullable(),
  lag: count.nullable(),
  deadLetterId: count.nullable(),
  attempts: count.nullable(),
  error: z.string().nullable(),
  retryAt: instant.nullable(),
});

/** What an order waits for, or why it ended. */
export const WhyView = z.object({
  orderId: z.number().int().positive(),
  status: z.enum(["PENDING", "CONFIRMED", "CANCELLED"]),
  /** All of it in one sentence. */
  sentence: z.string(),
  /** What is in the way of the decision or, of a decided order, in the way of its news. */
  waitsFor: ObstacleView.nullable(),
  ended: z
    .object({
      how: z.enum(["confirmed", "rejected", "timed_out", "cancelled"]),
      at: instant,
      reason: z.string().nullable(),
      missing: z.array(z.string()),
    })
    .nullable(),
  /** Who could not be asked. */
  silent: z.array(
    z.object({ service: z.string(), part: z.enum(["service", "database"]), problem: z.string() }),
  ),
});

export type WhyView = z.infer<typeof WhyView>;

export interface Findings {
  readonly obstacle: Obstacle | undefined;
  readonly reports: readonly ServiceReport[];
}

export function whyView(order: Order, { obstacle, reports }: Findings): WhyView {
  const ended = endOf(order, reports);
  // Of a decided order nothing is in the way when nothing is known.
  const waitsFor = obstacle && (!ended || obstacle.part !== "unknown") ? obstacle : null;
  return {
    orderId: Number(order.id),
    status: order.status,
    sentence: sentenceOf(order, ended, waitsFor),
    waitsFor,
    ended,
    silent: reports.flatMap((report) =>
      report.kind === "silent"
        ? [{ service: report.service, part: report.part, problem: report.problem }]
        : [],
    ),
  };
}

type End = NonNullable<WhyView["ended"]>;

function endOf(order: Order, reports: readonly ServiceReport[]): End | null {
  if (order.status === "PENDING") return null;
  const at = order.updatedAt.toISOString();
  if (order.status === "CONFIRMED") return { how: "confirmed", at, reason: null, missing: [] };
  const { reason, missing } = order;
  const how = isRejected(order, reports)
    ? "rejected"
    : reason === "timed out"
      ? "timed_out"
      : "cancelled";
  return { how, at, reason, missing: [...missing] };
}

/** A message that a message caused has an id derived from it, a UUIDv5; a customer's words may be any. */
function isRejected(
  { id, version, missing }: Order & { status: "CANCELLED" },
  reports: readonly ServiceReport[],
): boolean {
  if (missing.length > 0) return true;
  const stated = reports
    .flatMap((report) => (report.kind === "told" ? report.messages : []))
    .find(({ key, sent }) => key === `order/${id}` && sent.length > 0)
    ?.sent.find((message) => message.version === version);
  return stated?.eventId.charAt(14) === "5";
}

function sentenceOf({ id }: Order, ended: End | null, waitsFor: Obstacle | null): string {
  if (!ended) return `Order ${id} waits: ${waitsFor?.text ?? "it is about to be decided"}.`;
  const untold = waitsFor ? `; what follows from it waits: ${waitsFor.text}` : "";
  return `Order ${id} ${endText(ended)}${untold}.`;
}

function endText({ how, at, reason, missing }: End): string {
  switch (how) {
    case "confirmed":
      return `was confirmed at ${at}: inventory reserved all of it`;
    case "rejected": {
      const lacking = missing.length > 0 ? `, missing ${missing.join(" and ")}` : "";
      return `was cancelled at ${at}: ${reason}${lacking}`;
    }
    case "timed_out":
      return `was cancelled at ${at}: it was not decided within its deadline (timed out)`;
    case "cancelled":
      return `was cancelled at ${at} on request: ${reason}`;
  }
}
