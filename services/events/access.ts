import type { AccessTable } from "@app/platform/auth-rules.ts";

/** Who may make each call of events. Whose events an organiser may change is the matter of the store. */
export const eventsAccess: AccessTable = {
  "GET /events": "public",
  "GET /events/:id": "public",
  "GET /events/id/:id": "public",
  "GET /events/name/:name": "public",
  "POST /events": "organiser",
  "PATCH /events/:id": "organiser",
  "POST /events/:id/cancel": "organiser",
  "GET /locations": "public",
  "GET /locations/:id": "public",
  "POST /locations": "organiser",
  "events.v1.EventsService/ListEvents": "public",
  "events.v1.EventsService/GetEvent": "public",
  "events.v1.EventsService/FindEventsByName": "public",
  "events.v1.EventsService/CreateEvent": "organiser",
  "events.v1.EventsService/UpdateEvent": "organiser",
  "events.v1.EventsService/CancelEvent": "organiser",
  "events.v1.EventsService/ListLocations": "public",
  "events.v1.EventsService/GetLocation": "public",
  "events.v1.EventsService/CreateLocation": "organiser",
};
