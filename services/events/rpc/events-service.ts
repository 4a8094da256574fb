import type { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { rpcRequest } from "@app/platform/rpc-context.ts";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { readEventName } from "../domain/event-request.ts";
import { readId } from "../domain/id.ts";
import { readListRequest, readPage } from "../domain/list-request.ts";
import { keyOf } from "../domain/words.ts";
import { findEvent } from "../store/find-event.ts";
import { type EventPage, listEvents } from "../store/list-events.ts";
import { findLocation, listLocations } from "../store/locations.ts";
import {
  type EventsApi,
  publishEvent,
  publishLocation,
  updateEvent,
  withdrawEvent,
} from "../store/publishing.ts";
import { notFound } from "../store/refusals.ts";
import { eventChangeBody, locationBody, newEventBody } from "./event-bodies.ts";
import { eventProto, locationProto } from "./event-proto.ts";

/** The contract's comments live in `events_service.proto`; this file only says how each call is met. */
export const eventsService = (api: EventsApi): ServiceImpl<typeof EventsService> => ({
  async listEvents({ search, country, from, to, available, cursor, limit }) {
    const wanted = readListRequest({
      search,
      country,
      from: from?.toString(),
      to: to?.toString(),
      available: String(available),
      ...pageOf({ cursor, limit }),
    });
    return listOf(await listEvents(api.db, wanted));
  },

  async getEvent({ eventId }) {
    return { event: eventProto(await findEvent(api.db, readId(eventId))) };
  },

  async findEventsByName({ name, cursor, limit }) {
    const nameKey = keyOf(readEventName(name));
    const page = await listEvents(api.db, { nameKey, ...readPage(pageOf({ cursor, limit })) });
    if (page.events.length === 0) throw notFound("event");
    return listOf(page);
  },

  async createEvent(request, context) {
    const body = newEventBody(request);
    return { event: eventProto(await publishEvent(api, callerOf(context), body)) };
  },

  async updateEvent(request, context) {
    const update = { id: readId(request.eventId), body: eventChangeBody(request) };
    return { event: eventProto(await updateEvent(api, callerOf(context), update)) };
  },

  async cancelEvent({ eventId }, context) {
    const id = readId(eventId);
    return { event: eventProto(await withdrawEvent(api, callerOf(context), id)) };
  },

  async listLocations({ cursor, limit }) {
    const page = await listLocations(api.db, readPage(pageOf({ cursor, limit })));
    return {
      locations: page.locations.map(locationProto),
      nextCursor: page.nextCursor ?? "",
    };
  },

  async getLocation({ locationId }) {
    return { location: locationProto(await findLocation(api.db, readId(locationId))) };
  },

  async createLocation(request) {
    return { location: locationProto(await publishLocation(api, locationBody(request))) };
  },
});

const callerOf = ({ values }: HandlerContext) => values.get(rpcRequest).caller;

/** 0 counts as not given. */
const pageOf = ({ cursor, limit }: { readonly cursor: string; readonly limit: number }) => ({
  cursor,
  limit: limit === 0 ? undefined : String(limit),
});

const listOf = ({ events, nextCursor }: EventPage) => ({
  events: events.map(eventProto),
  nextCursor: nextCursor ?? "",
});
