import { z } from "zod";
import { Refusal } from "../errors.ts";
import type { LetterSelection } from "./letter-selection.ts";
import { runStates } from "./ops-repair-views.ts";
import { consumer, cursor, key, limit, reason, text } from "./ops-requests.ts";
import { runLimits } from "./redrive-runs.ts";
import { type DeadLetterReason, deadLetterReasons } from "./tables.ts";

const whole = (name: string, min: number, max: number) => {
  const problem = `${name} must be an integer from ${min} to ${max}`;
  return z.int(problem).min(min, problem).max(max, problem);
};

const revision = whole("revision", 1, 1_000_000);
const instant = (name: string) =>
  z.iso
    .datetime({ offset: true, error: `${name} must be an RFC 3339 instant` })
    .transform((given) => new Date(given))
    .optional();

const noteMax = 500;

export const GroupsRequest = z.strictObject({ consumer: consumer.optional() });

export const NoteRequest = z.strictObject({
  note: z.string("note is required").trim().min(1, "note is required").pipe(text("note", noteMax)),
});

export const EditRequest = z.strictObject({
  payload: z.record(z.string(), z.json(), "payload must be an object"),
  reason,
  revision,
  redrive: z.boolean("redrive must be true or false").optional(),
  dryRun: z.boolean("dryRun must be true or false").optional(),
});

export const ResolveRequest = z.strictObject({ reason, revision: revision.optional() });

const selection = {
  consumer,
  ids: z
    .array(whole("ids", 1, Number.MAX_SAFE_INTEGER), "ids must be an array")
    .min(1, `ids must be 1 to ${runLimits.idsInOneRequest}`)
    .max(runLimits.idsInOneRequest, `ids must be 1 to ${runLimits.idsInOneRequest}`)
    .optional(),
  group: text("group", 64).optional(),
  all: z.literal(true, "all must be true").optional(),
  type: text("type", 256).optional(),
  reasonOfDeath: z
    .enum(deadLetterReasons, `reasonOfDeath must be one of ${deadLetterReasons.join(", ")}`)
    .optional(),
  key: key.optional(),
  error: text("error", 500).optional(),
  failedSince: instant("failedSince"),
  failedUntil: instant("failedUntil"),
};

export const DryRunRequest = z.strictObject(selection);

export const RunRequest = z.strictObject({
  ...selection,
  canary: whole("canary", 0, runLimits.canary).default(0),
  perSecond: whole("perSecond", 1, runLimits.perSecond).default(runLimits.perSecondDefault),
});

export const RunsRequest = z.strictObject({
  consumer: consumer.optional(),
  state: z.enum(runStates, `state must be one of ${runStates.join(", ")}`).optional(),
  cursor,
  limit,
});

export const AuditRequest = z.strictObject({
  target: z.string("target must be a string").max(300, "target is too long").optional(),
  actor: z.string("actor must be a string").max(300, "actor is too long").optional(),
  action: z.string("action must be a string").max(100, "action is too long").optional(),
  cursor,
  limit,
});

interface Given {
  readonly ids?: readonly number[] | undefined;
  readonly group?: string | undefined;
  readonly all?: true | undefined;
  readonly type?: string | undefined;
  readonly reasonOfDeath?: DeadLetterReason | undefined;
  readonly key?: string | undefined;
  readonly error?: string | undefined;
  readonly failedSince?: Date | undefined;
  readonly failedUntil?: Date | undefined;
}

/** What a request selects. Refuses one that says so in two ways or in none. */
export function selectionOf(given: Given): LetterSelection {
  const { ids, group, all, type, reasonOfDeath, key, error, failedSince, failedUntil } = given;
  const conditions = { type, reason: reasonOfDeath, key, error, failedSince, failedUntil };
  const filters = Object.values(conditions).some((condition) => condition !== undefined);
  const ways = [ids !== undefined, group !== undefined, all === true, filters];
  if (ways.filter(Boolean).length !== 1) {
    const how = "select letters in one way: by ids, by group, by conditions, or all";
    throw new Refusal("invalid", "invalid_selection", how);
  }
  if (ids) return { kind: "ids", ids };
  return group === undefined ? { kind: "filter", filter: conditions } : { kind: "group", group };
}
