import { type AccessTable, requireAccess } from "../auth-rules.ts";
import { contextOf } from "../request-context.ts";
import { anonymous } from "./audit.ts";

/** Who may make the calls of the operator API, which every service has. */
export const operatorAccess: AccessTable = {
  "GET /ops/v1/overview": "operator",
  "GET /ops/v1/dead-letters": "operator",
  "GET /ops/v1/dead-letters/groups": "operator",
  "POST /ops/v1/dead-letters/groups/:group/note": "operator",
  "GET /ops/v1/dead-letters/:id": "operator",
  "GET /ops/v1/dead-letters/:id/revisions": "operator",
  "POST /ops/v1/dead-letters/:id/redrive": "operator",
  "POST /ops/v1/dead-letters/:id/edit": "operator",
  "POST /ops/v1/dead-letters/:id/discard": "operator",
  "POST /ops/v1/dead-letters/:id/restore": "operator",
  "GET /ops/v1/redrive-runs": "operator",
  "POST /ops/v1/redrive-runs": "operator",
  "POST /ops/v1/redrive-runs/dry-run": "operator",
  "GET /ops/v1/redrive-runs/:id": "operator",
  "POST /ops/v1/redrive-runs/:id/pause": "operator",
  "POST /ops/v1/redrive-runs/:id/resume": "operator",
  "POST /ops/v1/redrive-runs/:id/cancel": "operator",
  "GET /ops/v1/audit": "operator",
  "GET /ops/v1/lanes": "operator",
  "POST /ops/v1/lanes/skip": "operator",
  "GET /ops/v1/outbox": "operator",
  "GET /ops/v1/consumers": "operator",
  "POST /ops/v1/consumers/:name/pause": "operator",
  "POST /ops/v1/consumers/:name/resume": "operator",
  "GET /ops/v1/messages": "operator",
  "GET /ops/v1/messages/:id": "operator",
  "GET /ops/v1/streams": "operator",
  "GET /ops/v1/streams/:name/messages": "operator",
  "GET /ops/v1/differences": "operator",
  "POST /ops/v1/differences/take-in": "operator",
  "POST /ops/v1/reconcile": "operator",
  "GET /ops/v1/verify": "operator",
  "GET /ops/v1/ledgers/:name": "operator",
};

/** Who acts, for the audit. Refuses whoever is no operator, as the rule of the call does already. */
export function operatorOf(request: Request): string {
  const context = contextOf(request);
  requireAccess("operator", context);
  return context.caller?.subject ?? anonymous;
}
