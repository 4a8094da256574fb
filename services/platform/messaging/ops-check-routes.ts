import { Elysia } from "elysia";
import type { AuthMode } from "../auth.ts";
import type { Messaging } from "./messaging.ts";
import { operatorOf } from "./ops-access.ts";
import { DifferencesView, ReconcileView } from "./ops-check-views.ts";
import {
  DifferencesRequest,
  listDifferences,
  listSweeps,
  ReconcileRequest,
  reconcileFully,
} from "./ops-differences.ts";
import { readRequest } from "./ops-requests.ts";

/** The part of the operator API that tells whether all is as promised. */
export const checkRoutes = (messaging: Messaging, { auth }: { readonly auth: AuthMode }) => {
  const { db } = messaging.inspected;

  return new Elysia()
    .derive(({ request }) => ({ operator: operatorOf(request, auth) }))
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
        messaging.reconcileNow();
        return { sweeps: await listSweeps(db) };
      },
      { response: ReconcileView },
    );
};
