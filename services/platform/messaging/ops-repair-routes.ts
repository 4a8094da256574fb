import { Elysia } from "elysia";
import type { Messaging } from "./messaging.ts";
import { operatorOf } from "./ops-access.ts";
import { listAudit } from "./ops-audit.ts";
import { onlyKnown } from "./ops-consumers.ts";
import { consumerOf } from "./ops-dead-letters.ts";
import { listNotedGroups, noteGroup } from "./ops-letter-notes.ts";
import { payloadViewer } from "./ops-payload.ts";
import { changeRun, listRuns, runView, showRun } from "./ops-redrive-runs.ts";
import {
  AuditRequest,
  DryRunRequest,
  EditRequest,
  GroupsRequest,
  NoteRequest,
  ResolveRequest,
  RunRequest,
  RunsRequest,
  selectionOf,
} from "./ops-repair-requests.ts";
import {
  AuditView,
  DryRunView,
  EditedLetterView,
  LetterNoteView,
  NotedGroupsView,
  RedriveRunDetailView,
  RedriveRunsView,
  RedriveRunView,
  ResolvedLetterView,
  RevisionsView,
} from "./ops-repair-views.ts";
import { NoParameters, readId, readRequest } from "./ops-requests.ts";
import { listRevisions } from "./ops-revisions.ts";

/** The part of the operator API that repairs dead letters: what people do besides redriving one. */
export const repairRoutes = (messaging: Messaging) => {
  const { db, contracts, consumers } = messaging.inspected;
  const known = onlyKnown(consumers);
  const payloads = payloadViewer(contracts);
  const repairOfLetter = async (id: number) => messaging.repair(await consumerOf(db, id));

  return new Elysia()
    .derive(({ request }) => ({ operator: operatorOf(request) }))
    .get(
      "/dead-letters/groups",
      ({ query }) => listNotedGroups(db, known(readRequest(GroupsRequest, query))),
      { response: NotedGroupsView },
    )
    .post(
      "/dead-letters/groups/:group/note",
      ({ params, body, operator: actor }) => {
        const { note } = readRequest(NoteRequest, body);
        return noteGroup(db, { group: params.group, note, actor });
      },
      { response: LetterNoteView },
    )
    .get(
      "/dead-letters/:id/revisions",
      ({ params, query }) => {
        readRequest(NoParameters, query);
        return listRevisions(db, payloads, readId(params.id));
      },
      { response: RevisionsView },
    )
    .post(
      "/dead-letters/:id/edit",
      async ({ params, body, operator: actor }) => {
        const id = readId(params.id);
        const change = readRequest(EditRequest, body);
        return (await repairOfLetter(id)).edit({ ...change, id, actor });
      },
      { response: EditedLetterView },
    )
    .post(
      "/dead-letters/:id/discard",
      async ({ params, body, operator: actor }) => {
        const id = readId(params.id);
        const act = readRequest(ResolveRequest, body);
        return (await repairOfLetter(id)).discard({ ...act, id, actor });
      },
      { response: ResolvedLetterView },
    )
    .post(
      "/dead-letters/:id/restore",
      async ({ params, body, operator: actor }) => {
        const id = readId(params.id);
        const act = readRequest(ResolveRequest, body);
        return (await repairOfLetter(id)).restore({ ...act, id, actor });
      },
      { response: ResolvedLetterView },
    )
    .get("/redrive-runs", ({ query }) => listRuns(db, known(readRequest(RunsRequest, query))), {
      response: RedriveRunsView,
    })
    .post(
      "/redrive-runs",
      async ({ body, operator: actor, status, set }) => {
        const { consumer, canary, perSecond, ...given } = known(readRequest(RunRequest, body));
        const selection = selectionOf(given);
        const run = await messaging
          .repair(consumer)
          .startRun({ selection, canary, perSecond, actor });
        set.headers.location = `/ops/v1/redrive-runs/${run.id}`;
        return status(201, runView(run));
      },
      { response: { 201: RedriveRunView } },
    )
    .post(
      "/redrive-runs/dry-run",
      ({ body }) => {
        const { consumer, ...given } = known(readRequest(DryRunRequest, body));
        return messaging.repair(consumer).dryRun(selectionOf(given));
      },
      { response: DryRunView },
    )
    .get(
      "/redrive-runs/:id",
      ({ params, query }) => {
        readRequest(NoParameters, query);
        return showRun(db, readId(params.id));
      },
      { response: RedriveRunDetailView },
    )
    .post(
      "/redrive-runs/:id/pause",
      ({ params, body, operator: actor }) => {
        readRequest(NoParameters, body);
        return changeRun(db, readId(params.id), { change: "pause", actor });
      },
      { response: RedriveRunView },
    )
    .post(
      "/redrive-runs/:id/resume",
      async ({ params, body, operator: actor }) => {
        readRequest(NoParameters, body);
        const run = await changeRun(db, readId(params.id), { change: "resume", actor });
        messaging.runsMayGoOn();
        return run;
      },
      { response: RedriveRunView },
    )
    .post(
      "/redrive-runs/:id/cancel",
      ({ params, body, operator: actor }) => {
        readRequest(NoParameters, body);
        return changeRun(db, readId(params.id), { change: "cancel", actor });
      },
      { response: RedriveRunView },
    )
    .get("/audit", ({ query }) => listAudit(db, readRequest(AuditRequest, query)), {
      response: AuditView,
    });
};
