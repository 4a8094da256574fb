import { Elysia } from "elysia";
import { readId } from "../domain/id.ts";
import { readPage } from "../domain/list-request.ts";
import { findLocation, listLocations } from "../store/locations.ts";
import { type EventsApi, publishLocation } from "../store/publishing.ts";
import { LocationListView, LocationView, locationViewOf } from "./event-view.ts";

/** The places where events can be. Everybody may read them. */
export const locationRoutes = (api: EventsApi) =>
  new Elysia({ prefix: "/locations" })
    .get(
      "/",
      async ({ query }) => {
        const { locations, nextCursor } = await listLocations(api.db, readPage(query));
        return { locations: locations.map(locationViewOf), nextCursor: nextCursor ?? null };
      },
      { response: LocationListView },
    )
    .get(
      "/:id",
      async ({ params }) => locationViewOf(await findLocation(api.db, readId(params.id))),
      { response: LocationView },
    )
    .post(
      "/",
      async ({ body, set, status }) => {
        const location = await publishLocation(api, body);
        set.headers.location = `/locations/${location.id}`;
        return status(201, locationViewOf(location));
      },
      { response: { 201: LocationView } },
    );
