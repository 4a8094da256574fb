import { ownerFor } from "@app/platform/owner.ts";
import { contextOf } from "@app/platform/request-context.ts";
import { Elysia } from "elysia";
import { renderSVG } from "uqr";
import { z } from "zod";
import { readId } from "../domain/request-checks.ts";
import { readTicket } from "../domain/ticket-request.ts";
import type { BookingsApi } from "../store/bookings-api.ts";
import { ticketFor, useTicket } from "../store/use-ticket.ts";
import { BookingView, viewOf } from "./booking-views.ts";

/** A JSON Web Key Set (RFC 7517). */
const TicketKeysView = z.object({
  keys: z.array(
    z.object({
      kty: z.literal("OKP"),
      crv: z.literal("Ed25519"),
      x: z.string(),
      kid: z.string(),
      alg: z.literal("EdDSA"),
      use: z.literal("sig"),
    }),
  ),
});

/** What a door keeper may keep: keys are added, never replaced. */
const KEYS_CACHE = "public, max-age=3600";

/** Tickets: as a picture for who shows one, and as a check for who looks at it. */
export const ticketRoutes = (api: BookingsApi) =>
  new Elysia()
    .get("/bookings/:id/ticket", async ({ params, request }) => {
      const ownedBy = ownerFor(contextOf(request).caller);
      const { ticket } = await ticketFor(api, readId(params.id), { ownedBy });
      return wantsText(request) ? asJson(ticket) : asPicture(ticket);
    })
    .get(
      "/tickets/keys",
      async ({ set }) => {
        set.headers["cache-control"] = KEYS_CACHE;
        return { keys: [...(await api.tickets.publicKeys())] };
      },
      { response: TicketKeysView },
    )
    .post("/tickets/verify", async ({ body }) => viewOf(await useTicket(api, readTicket(body))), {
      response: BookingView,
    });

/** A picture unless JSON is asked for, which scripts do. */
const wantsText = ({ headers }: Request) =>
  /\bapplication\/json\b/i.test(headers.get("accept") ?? "");

// Whoever has a ticket gets in, so nobody on the way keeps it.
const privately = { "cache-control": "private, no-store" };

const asJson = (ticket: string) => Response.json({ ticket }, { headers: privately });

const asPicture = (ticket: string) =>
  new Response(renderSVG(ticket, { ecc: "M", border: 4 }), {
    headers: { ...privately, "content-type": "image/svg+xml" },
  });
