import { Elysia } from "elysia";
import { systemClock } from "../clock.ts";
import { healthOf } from "../health.ts";
import type { Messaging } from "./messaging.ts";
import { operatorOf } from "./ops-access.ts";
import { checkRoutes } from "./ops-check-routes.ts";
import { onlyKnown, showConsumers } from "./ops-consumers.ts";
import { consumerOf, listDeadLetters, showDeadLetter } from "./ops-dead-letters.ts";
import { listLanes } from "./ops-lanes.ts";
import { showMessages } from "./ops-messages.ts";
import { showOutbox } from "./ops-outbox.ts";
import { showOverview, type Vitals } from "./ops-overview.ts";
import { OverviewView } from "./ops-overview-view.ts";
import { payloadViewer } from "./ops-payload.ts";
import { repairRoutes } from "./ops-repair-routes.ts";
import {
  DeadLettersRequest,
  LanesRequest,
  MessagesRequest,
  NoParameters,
  OutboxRequest,
  readId,
  readRequest,
  SkipRequest,
} from "./ops-requests.ts";
import {
  ConsumersView,
  DeadLetterDetailView,
  DeadLettersView,
  LanesView,
  MessagesView,
  OutboxView,
  RedriveView,
  SkippedLaneView,
} from "./ops-views.ts";

/**
 * The operator API that every service answers on its main port: what its outbox, consumers, lanes
 * and dead letters are at, and the few acts that need a person. Acts are audited with what they did. Without `vitals` the
 * core's own checks are all that is known of the service.
 */
export const operatorRoutes = (
  messaging: Messaging,
  vitals: Vitals = healthOf({ clock: systemClock, checks: messaging.checks }),
) => {
  const { inspected } = messaging;
  const { db, contracts, consumers } = inspected;
  const payloads = payloadViewer(contracts);
  const known = onlyKnown(consumers);

  return new Elysia({ prefix: "/ops/v1" })
    .use(repairRoutes(messaging))
    .use(checkRoutes(messaging))
    .derive(({ request }) => ({ operator: operatorOf(request) }))
    .get(
      "/overview",
      ({ query }) => {
        readRequest(NoParameters, query);
        return showOverview(inspected, vitals);
      },
      { response: OverviewView },
    )
    .get(
      "/dead-letters",
      ({ query }) => listDeadLetters(db, known(readRequest(DeadLettersRequest, query))),
      { response: DeadLettersView },
    )
    .get(
      "/dead-letters/:id",
      ({ params, query }) => {
        readRequest(NoParameters, query);
        return showDeadLetter(db, payloads, readId(params.id));
      },
      { response: DeadLetterDetailView },
    )
    .post(
      "/dead-letters/:id/redrive",
      async ({ params, body, operator }) => {
        const id = readId(params.id);
        readRequest(NoParameters, body);
        return messaging.redrive(await consumerOf(db, id), id, operator);
      },
      { response: RedriveView },
    )
    .get("/lanes", ({ query }) => listLanes(db, known(readRequest(LanesRequest, query))), {
      response: LanesView,
    })
    .post(
      "/lanes/skip",
      ({ body, operator }) => {
        const { consumer, key, reason } = known(readRequest(SkipRequest, body));
        return messaging.skipLane(consumer, { key, reason, actor: operator });
      },
      { response: SkippedLaneView },
    )
    .get("/outbox", ({ query }) => showOutbox(inspected, readRequest(OutboxRequest, query)), {
      response: OutboxView,
    })
    .get(
      "/consumers",
      ({ query }) => {
        readRequest(NoParameters, query);
        return showConsumers(inspected);
      },
      { response: ConsumersView },
    )
    .get(
      "/messages",
      ({ query }) => showMessages(inspected, readRequest(MessagesRequest, query).key),
      { response: MessagesView },
    );
};
