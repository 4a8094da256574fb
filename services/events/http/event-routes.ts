import { contextOf } from "@app/platform/request-context.ts";
import { Elysia } from "elysia";
import { readCancelRequest, readEventName } from "../domain/event-request.ts";
import { readId } from "../domain/id.ts";
import { readListRequest, readPage } from "../domain/list-request.ts";
import { keyOf } from "../domain/words.ts";
import { findEvent } from "../store/find-event.ts";
import { type EventPage, listEvents } from "../store/list-events.ts";
import { type EventsApi, publishEvent, updateEvent, withdrawEvent } from "../store/publishing.ts";
import { notFound } from "../store/refusals.ts";
import { EventListView, EventView, viewOf } from "./event-view.ts";

/** Everybody may read. Each route parses, calls the store and presents; refusals are mapped outside. */
export const eventRoutes = (api: EventsApi) => {
  const read = async (id: string) => viewOf(await findEvent(api.db, readId(id)));

  return (
    new Elysia({ prefix: "/events" })
      .get("/", async ({ query }) => listOf(await listEvents(api.db, readListRequest(query))), {
        response: EventListView,
      })
      .get("/:id", ({ params }) => read(params.id), { response: EventView })
      // The paths of the first version, which its clients still ask.
      .get("/id/:id", ({ params }) => read(params.id), { response: EventView })
      .get(
        "/name/:name",
        async ({ params, query }) => {
          const nameKey = keyOf(readEventName(params.name));
          const page = await listEvents(api.db, { nameKey, ...readPage(query) });
          if (page.events.length === 0) throw notFound("event");
          return listOf(page);
        },
        { response: EventListView },
      )
      .post(
        "/",
        async ({ body, request, set, status }) => {
          const published = await publishEvent(api, contextOf(request).caller, body);
          set.headers.location = `/events/${published.event.id}`;
          return status(201, viewOf(published));
        },
        { response: { 201: EventView } },
      )
      .patch(
        "/:id",
        async ({ params, body, request }) => {
          const update = { id: readId(params.id), body };
          return viewOf(await updateEvent(api, contextOf(request).caller, update));
        },
        { response: EventView },
      )
      .post(
        "/:id/cancel",
        async ({ params, body, request }) => {
          const id = readId(params.id);
          readCancelRequest(body);
          return viewOf(await withdrawEvent(api, contextOf(request).caller, id));
        },
        { response: EventView },
      )
  );
};

const listOf = ({ events, nextCursor }: EventPage) => ({
  events: events.map(viewOf),
  nextCursor: nextCursor ?? null,
});
