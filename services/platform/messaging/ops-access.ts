import { type AccessTable, requireAccess } from "../auth-rules.ts";
import { contextOf } from "../request-context.ts";
import { anonymous } from "./audit.ts";

/** Who may make the calls of the operator API, which every service has: a viewer looks, an operator acts. */
export const operatorAccess: AccessTable = {
  "GET /ops/v1/overview": "viewer",
  "GET /ops/v1/dead-letters": "viewer",
  "GET /ops/v1/dead-letters/groups": "viewer",
  "POST /ops/v1/dead-letters/groups/:group/note": "operator",
  "GET /ops/v1/dead-letters/:id": "viewer",
  "GET /ops/v1/dead-letters/:id/revisions": "viewer",
  "POST /ops/v1/dead-letters/:id/redrive": "operator",
  "POST /ops/v1/dead-letters/:id/edit": "operator",
  "POST /ops/v1/dead-letters/:id/discard": "operator",
  "POST /ops/v1/dead-letters/:id/restore": "operator",
  "GET /ops/v1/redrive-runs": "viewer",
  "POST /ops/v1/redrive-runs": "operator",
  "POST /ops/v1/redrive-runs/dry-run": "operator",
  "GET /ops/v1/redrive-runs/:id": "viewer",
  "POST /ops/v1/redrive-runs/:id/pause": "operator",
  "POST /ops/v1/redrive-runs/:id/resume": "operator",
  "POST /ops/v1/redrive-runs/:id/cancel": "operator",
  "GET /ops/v1/audit": "viewer",
  "GET /ops/v1/lanes": "viewer",
  "POST /ops/v1/lanes/skip": "operator",
  "GET /ops/v1/outbox": "viewer",
  "GET /ops/v1/consumers": "viewer",
  "POST /ops/v1/consumers/:name/pause": "operator",
  "POST /ops/v1/consumers/:name/resume": "operator",
  "GET /ops/v1/messages": "viewer",
  "GET /ops/v1/messages/:id": "viewer",
  "GET /ops/v1/streams": "viewer",
  "GET /ops/v1/streams/:name/messages": "viewer",
  "GET /ops/v1/differences": "viewer",
  "POST /ops/v1/differences/take-in": "operator",
  "POST /ops/v1/reconcile": "operator",
  "GET /ops/v1/verify": "viewer",
  "GET /ops/v1/ledgers/:name": "viewer",
};

/**
 * Who acts, for the audit. Refuses whoever is no operator, as the rule of the call does already;
 * what only looks is for viewers, too.
 */
export function operatorOf(request: Request): string {
  const context = contextOf(request);
  requireAccess(request.method === "GET" ? "viewer" : "operator", context);
  return context.caller?.subject ?? anonymous;
}
