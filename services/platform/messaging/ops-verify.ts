import { z } from "zod";
import { cursorAt, placeOf } from "../cursor.ts";
import { Refusal } from "../errors.ts";
import type { Database } from "../postgres.ts";
import type { Ledger } from "./invariant.ts";
import type { LedgerView, VerdictView, VerifyView } from "./ops-check-views.ts";
import { cursor } from "./ops-requests.ts";
import type { SelfChecks } from "./self-checks.ts";
import { inSnapshot, type Verdict } from "./verify.ts";

const breachesShown = 20;
/** Leaves time to answer before the request's own deadline. */
const budgetMs = 6_000;
const ledgerLimitMax = 1_000;
const idForm = /^[\x21-\x2b\x2d-\x7e]{1,200}$/;

export const VerifyRequest = z.strictObject({
  invariant: z.string("invariant must be a name").max(100, "invariant is too long").optional(),
  cursor,
});

export const LedgerRequest = z.strictObject({
  ids: z
    .string("ids must be a comma list")
    .transform((text) => text.split(","))
    .refine(
      (ids) => ids.length <= ledgerLimitMax && ids.every((id) => idForm.test(id)),
      `ids must be a comma list of 1 to ${ledgerLimitMax}`,
    )
    .optional(),
  after: z.string("after must be an id").regex(idForm, "after must be an id").optional(),
  limit: z
    .string(`limit must be 1 to ${ledgerLimitMax}`)
    .regex(/^[1-9]\d{0,3}$/, `limit must be 1 to ${ledgerLimitMax}`)
    .transform(Number)
    .refine((value) => value <= ledgerLimitMax, `limit must be 1 to ${ledgerLimitMax}`)
    .default(ledgerLimitMax),
});

/** What holds and what does not: one slice of one invariant, or the first of each as far as time allows. */
export async function showVerdicts(
  service: string,
  { verifyOne, verifyAll }: Pick<SelfChecks, "verifyOne" | "verifyAll">,
  { invariant, cursor }: z.output<typeof VerifyRequest>,
): Promise<VerifyView> {
  if (invariant === undefined) {
    if (cursor !== undefined) {
      throw new Refusal("invalid", "invalid_cursor", "a cursor belongs to an invariant");
    }
    return { service, verdicts: (await verifyAll(budgetMs)).map(viewOf) };
  }
  const place = cursor === undefined ? undefined : placeOf(cursor);
  return { service, verdicts: [viewOf(await verifyOne(invariant, place))] };
}

const viewOf = ({ look, ...verdict }: Verdict): VerdictView => ({
  ...verdict,
  checked: look.checked,
  count: look.breaches.length,
  breaches: look.breaches.slice(0, breachesShown),
  nextCursor: look.next === undefined ? null : cursorAt(look.next),
});

/** A page of a ledger, or the rows of some ids. */
export async function showLedger(
  db: Database,
  ledgers: readonly Ledger[],
  name: string,
  { ids, after, limit }: z.output<typeof LedgerRequest>,
): Promise<LedgerView> {
  const ledger = ledgers.find((known) => known.name === name);
  if (!ledger) throw new Refusal("not_found", "ledger_not_found", "not found");
  if (ids) {
    const rows = await inSnapshot(db, (tx) => ledger.find(tx, ids));
    return { rows: [...rows], nextAfter: null };
  }
  const rows = await inSnapshot(db, (tx) => ledger.page(tx, { after, limit }));
  return { rows: [...rows], nextAfter: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
}
