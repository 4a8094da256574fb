import { Elysia } from "elysia";
import type { Messaging } from "./messaging.ts";
import { operatorOf } from "./ops-access.ts";
import {
  DifferencesView,
  LedgerView,
  ReconcileView,
  TakenInView,
  VerifyView,
} from "./ops-check-views.ts";
import {
  DifferencesRequest,
  listDifferences,
  listSweeps,
  ReconcileRequest,
  reconcileFully,
  TakeInRequest,
} from "./ops-differences.ts";
import { readRequest } from "./ops-requests.ts";
import { LedgerRequest, showLedger, showVerdicts, VerifyRequest } from "./ops-verify.ts";

/** The part of the operator API that tells whether all is as promised. */
export const checkRoutes = (messaging: Messaging) => {
  const { inspected, selfChecks } = messaging;
  const { db, service } = inspected;

  return new Elysia()
    .derive(({ request }) => ({ operator: operatorOf(request) }))
    .get(
      "/differences",
      ({ query }) => listDifferences(db, readRequest(DifferencesRequest, query)),
      {
        response: DifferencesView,
      },
    )
    .post(
      "/reconcile",
      async ({ body, operator }) => {
        const { full, reason } = readRequest(ReconcileRequest, body);
        if (full) await reconcileFully(db, { actor: operator, reason });
        selfChecks.reconcileNow();
        return { sweeps: await listSweeps(db) };
      },
      { response: ReconcileView },
    )
    .post(
      "/differences/take-in",
      async ({ body, operator }) => {
        const { consumer, ...asked } = readRequest(TakeInRequest, body);
        const taken = await messaging.takeIn(consumer, { ...asked, actor: operator });
        selfChecks.reconcileNow();
        return taken;
      },
      { response: TakenInView },
    )
    .get(
      "/verify",
      ({ query }) => showVerdicts(service, selfChecks, readRequest(VerifyRequest, query)),
      { response: VerifyView },
    )
    .get(
      "/ledgers/:name",
      ({ params, query }) =>
        showLedger(db, selfChecks.ledgers, params.name, readRequest(LedgerRequest, query)),
      { response: LedgerView },
    );
};
