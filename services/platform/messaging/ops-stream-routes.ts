import { Elysia } from "elysia";
import { operatorOf } from "./ops-access.ts";
import { findMessage } from "./ops-find-message.ts";
import { pauseConsumer, resumeConsumer } from "./ops-pauses.ts";
import { NoParameters, readRequest } from "./ops-requests.ts";
import { showStreamMessages } from "./ops-stream-messages.ts";
import {
  PauseRequest,
  ResumeRequest,
  readMessageId,
  readPlace,
  StreamMessagesRequest,
} from "./ops-stream-requests.ts";
import {
  ConsumerPauseView,
  FoundMessageView,
  StreamMessagesView,
  StreamsView,
} from "./ops-stream-views.ts";
import { type StreamAccess, showStreams } from "./ops-streams.ts";

/** The part of the operator API that looks into streams, and stops and starts who listens to them. */
export const streamRoutes = (access: StreamAccess) =>
  new Elysia({ prefix: "/ops/v1" })
    .derive(({ request }) => ({ operator: operatorOf(request) }))
    .get(
      "/streams",
      ({ query }) => {
        readRequest(NoParameters, query);
        return showStreams(access);
      },
      { response: StreamsView },
    )
    .get(
      "/streams/:name/messages",
      ({ params, query }) => {
        const asked = readPlace(readRequest(StreamMessagesRequest, query));
        return showStreamMessages(access, params.name, asked);
      },
      { response: StreamMessagesView },
    )
    .get(
      "/messages/:id",
      ({ params, query }) => {
        readRequest(NoParameters, query);
        return findMessage(access, readMessageId(params.id));
      },
      { response: FoundMessageView },
    )
    .post(
      "/consumers/:name/pause",
      ({ params, body, operator: actor }) => {
        const asked = readRequest(PauseRequest, body);
        return pauseConsumer(access, { ...asked, consumer: params.name, actor });
      },
      { response: ConsumerPauseView },
    )
    .post(
      "/consumers/:name/resume",
      ({ params, body, operator: actor }) => {
        const { reason } = readRequest(ResumeRequest, body);
        return resumeConsumer(access, { consumer: params.name, reason, actor });
      },
      { response: ConsumerPauseView },
    );
