import {
  DifferencesRequest,
  ReconcileRequest,
  TakeInRequest,
} from "../messaging/ops-differences.ts";
import {
  AuditRequest,
  DryRunRequest,
  EditRequest,
  GroupsRequest,
  NoteRequest,
  ResolveRequest,
  RunRequest,
  RunsRequest,
} from "../messaging/ops-repair-requests.ts";
import {
  DeadLettersRequest,
  LanesRequest,
  MessagesRequest,
  OutboxRequest,
  SkipRequest,
} from "../messaging/ops-requests.ts";
import {
  PauseRequest,
  ResumeRequest,
  StreamMessagesRequest,
} from "../messaging/ops-stream-requests.ts";
import { LedgerRequest, VerifyRequest } from "../messaging/ops-verify.ts";
import type { CallNotes } from "./call-notes.ts";

const reason = "the poison was repaired in 1.4.2";
const consumer = "example-service";
const unknown = { 404: "There is no such thing." };
const moved = { 409: "It changed meanwhile; look again.", ...unknown };

/** What the operator API is for, which every service answers. */
export const operatorNotes: CallNotes = {
  "GET /ops/v1/overview": { summary: "Tell how the service is, in one answer" },
  "GET /ops/v1/dead-letters": { summary: "List dead letters", query: DeadLettersRequest },
  "GET /ops/v1/dead-letters/groups": {
    summary: "Count open dead letters by consumer, reason, type and error",
    query: GroupsRequest,
  },
  "POST /ops/v1/dead-letters/groups/:group/note": {
    summary: "Write down what is known of a group of dead letters",
    body: NoteRequest,
    example: { body: { note: "waits for 1.4.2" } },
  },
  "GET /ops/v1/dead-letters/:id": {
    summary: "Show a dead letter with its payload, headers and attempts",
    answers: unknown,
  },
  "GET /ops/v1/dead-letters/:id/revisions": {
    summary: "Show what a dead letter said before it was edited",
    answers: unknown,
  },
  "POST /ops/v1/dead-letters/:id/redrive": {
    summary: "Run a dead letter's handler again, in place",
    description: "Exactly once: the handler's effect, the letter and its lane change together.",
    answers: moved,
  },
  "POST /ops/v1/dead-letters/:id/edit": {
    summary: "Store a new revision of a dead letter",
    description: "With `dryRun` nothing is stored; with `redrive` the new revision is run at once.",
    body: EditRequest,
    example: { body: { payload: { quantity: 1 }, reason, revision: 1, dryRun: true } },
    answers: moved,
  },
  "POST /ops/v1/dead-letters/:id/discard": {
    summary: "Move the lane past a dead letter without running its handler",
    body: ResolveRequest,
    example: { body: { reason } },
    answers: moved,
  },
  "POST /ops/v1/dead-letters/:id/restore": {
    summary: "Take a discarded dead letter back while its lane has not moved on",
    body: ResolveRequest,
    example: { body: { reason } },
    answers: moved,
  },
  "GET /ops/v1/redrive-runs": { summary: "List runs that redrive many", query: RunsRequest },
  "POST /ops/v1/redrive-runs": {
    summary: "Redrive many dead letters: a canary first, then the rest at a pace",
    body: RunRequest,
    example: { body: { consumer, all: true, canary: 1, perSecond: 10 } },
  },
  "POST /ops/v1/redrive-runs/dry-run": {
    summary: "Tell what a run would do",
    body: DryRunRequest,
    example: { body: { consumer, ids: [1, 2] } },
  },
  "GET /ops/v1/redrive-runs/:id": { summary: "Show a run and its results", answers: unknown },
  "POST /ops/v1/redrive-runs/:id/pause": { summary: "Pause a run", answers: moved },
  "POST /ops/v1/redrive-runs/:id/resume": { summary: "Go on with a run", answers: moved },
  "POST /ops/v1/redrive-runs/:id/cancel": { summary: "End a run", answers: moved },
  "GET /ops/v1/audit": { summary: "List who did what, when and why", query: AuditRequest },
  "GET /ops/v1/lanes": { summary: "List lanes that do not move", query: LanesRequest },
  "POST /ops/v1/lanes/skip": {
    summary: "Move a lane past a version that its stream no longer has",
    body: SkipRequest,
    example: { body: { consumer, key: "thing/17", reason: "lost with the disk of node 2" } },
    answers: moved,
  },
  "GET /ops/v1/outbox": { summary: "Show what waits for the broker", query: OutboxRequest },
  "GET /ops/v1/consumers": { summary: "Show consumers, how far they are, and their broker's view" },
  "POST /ops/v1/consumers/:name/pause": {
    summary: "Stop a consumer for a while",
    description: "It goes on by itself: a pause that was forgotten must not become an outage.",
    body: PauseRequest,
    example: { body: { seconds: 600, reason: "its database is being moved" } },
    answers: unknown,
  },
  "POST /ops/v1/consumers/:name/resume": {
    summary: "Let a paused consumer go on",
    body: ResumeRequest,
    example: { body: { reason: "moved" } },
    answers: unknown,
  },
  "GET /ops/v1/messages": {
    summary: "Follow one key: what was sent, received, parked and dead",
    query: MessagesRequest,
  },
  "GET /ops/v1/messages/:id": { summary: "Find a message by its id", answers: unknown },
  "GET /ops/v1/streams": { summary: "Show streams, their limits, and drift from what is declared" },
  "GET /ops/v1/streams/:name/messages": {
    summary: "Read messages of a stream, decoded",
    query: StreamMessagesRequest,
    answers: unknown,
  },
  "GET /ops/v1/differences": {
    summary: "List messages that are missing, which must be none",
    query: DifferencesRequest,
  },
  "POST /ops/v1/differences/take-in": {
    summary: "Take in a message that was missed",
    body: TakeInRequest,
    example: { body: { consumer, sequence: 4711, reason: "acked by hand" } },
    answers: moved,
  },
  "POST /ops/v1/reconcile": {
    summary: "Compare streams and databases now",
    body: ReconcileRequest,
    example: { body: { full: true, reason: "after the restore" } },
  },
  "GET /ops/v1/verify": { summary: "Look at what is always true", query: VerifyRequest },
  "GET /ops/v1/ledgers/:name": {
    summary: "Show rows that another service's data is compared with",
    query: LedgerRequest,
    answers: unknown,
  },
};
