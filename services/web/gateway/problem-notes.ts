import { operatorProblems } from "./operator-problem-notes.ts";

/** What a code means, and what whoever gets it does. */
export interface ProblemNote {
  readonly means: string;
  readonly act: string;
}

export const note = (means: string, act: string): ProblemNote => ({ means, act });

/** What is wrong with a request before anybody looks at what it is about. */
const requests = {
  invalid_request: note(
    "A field is missing, of another type or beyond its limit. `detail` says which and why; `field` names it where there is one.",
    "Correct the field and send it again.",
  ),
  invalid_json: note(
    "The body is no JSON object: it is empty, not UTF-8, an array, or nested deeper than 16 levels.",
    "Send an object.",
  ),
  "invalid_<name>": note(
    "The parameter of that name cannot be read, such as `invalid_limit` or `invalid_state`.",
    "`detail` says what it may be.",
  ),
  unknown_field: note(
    "The body or the query has a member that the call does not know.",
    "Leave it out; `detail` names it. `/openapi.json` lists what is read.",
  ),
  invalid_id: note(
    "The id in the path has not the form of one.",
    "Use the id as an answer gave it.",
  ),
  invalid_limit: note("`limit` is not a number from 1 to 100.", "Ask for fewer, page by page."),
  invalid_cursor: note(
    "The cursor is none of this list.",
    "Use `nextCursor` of the page before as it came; begin without one.",
  ),
  invalid_idempotency_key: note(
    "The `Idempotency-Key` is empty, longer than 255 characters, or not printable ASCII.",
    "Send a UUID.",
  ),
  idempotency_key_reused: note(
    "The `Idempotency-Key` was used for a request with another content. Nothing was done.",
    "Use a new key for a new request, the same one only to repeat.",
  ),
  idempotency_key_in_use: note(
    "A request with the same key is being answered at this moment.",
    "Send it again; it is answered with what came of the other.",
  ),
  invalid_url: note("The url or the `Host` cannot be read.", "Correct it."),
  url_too_long: note("The url is longer than is read.", "Shorten it."),
  body_too_large: note("The body is larger than is read.", "Send less; `detail` says how much."),
  body_too_slow: note("The body did not arrive in time.", "Send it again on a better line."),
  body_incomplete: note("The connection ended within the body.", "Send it again."),
  unsupported_encoding: note("The body is compressed.", "Send it as it is."),
  not_found: note(
    "Nothing is at this path, or the thing does not exist, or it is somebody else's: which of them is not said.",
    "Look at the path and the id, and at who is signed in.",
  ),
  method_not_allowed: note("The path has no such method.", "Use one that `Allow` names."),
  rate_limited: note(
    "The caller, or its network address, sends more requests a second than are let in.",
    "Wait for `Retry-After` seconds, then send more slowly.",
  ),
  too_many_streams: note(
    "The caller has as many streams open as one may have.",
    "Close one, or ask again and again instead.",
  ),
  too_many_watchers: note(
    "This process watches as much as it can.",
    "Ask again and again instead.",
  ),
} as const;

/** Who calls. */
const callers = {
  sign_in_required: note("The call is not for guests.", "Sign in and send the token."),
  token_invalid: note(
    "The token does not hold: it is none, of another issuer, or its key no longer counts.",
    "Sign in again.",
  ),
  token_expired: note("The token was good, and is over.", "Refresh it, or sign in again."),
  token_keys_unavailable: note(
    "The token's key is unknown here, and its issuer cannot be asked.",
    "Send it again. Operators look at users and at `JWKS_URL`.",
  ),
  role_missing: note(
    "The caller is known and has not the role. `detail` names it.",
    "Ask an operator for the role, then refresh the token.",
  ),
  cross_origin: note(
    "A request with a session's cookie comes from a page of another site.",
    "Send a token instead, or list the page's origin in `CORS_ORIGINS`.",
  ),
  wrong_credentials: note(
    "The address or the password is wrong; which of them is not said.",
    "Try again.",
  ),
  wrong_password: note("`currentPassword` is not the account's.", "Try again."),
  refresh_token_invalid: note(
    "The refresh token is none, was ended, or was used before; used twice, it has ended its session.",
    "Sign in again.",
  ),
  too_many_attempts: note(
    "Too many attempts failed for this account or from this network address.",
    "Wait for `Retry-After` seconds.",
  ),
  too_many_sign_ins: note(
    "More people sign in at the moment than passwords can be checked.",
    "Send it again after `Retry-After` seconds.",
  ),
  email_taken: note("The address has an account.", "Sign in, or use another address."),
  user_not_found: note("There is no such account.", "Look at the id."),
  user_changed: note(
    "The password was changed while this request ran.",
    "Look again, then repeat.",
  ),
  last_operator: note(
    "The account is the last operator: without it nobody could give roles.",
    "Make another operator first.",
  ),
  no_signing_key: note(
    "Users has no key to sign tokens with.",
    "Send it again; an operator runs `qb user rotate-keys` when it stays.",
  ),
} as const;

/** Ordering. */
const ordering = {
  order_not_found: note("There is no such order, or it is somebody else's.", "Look at the id."),
  order_cancelled: note(
    "The order was cancelled before `Prefer: wait` was over. `detail` says why, `missing` what there was too little of.",
    "Order what is left.",
  ),
  insufficient_stock: note("There is too little of it.", "Ask for less, or later."),
  outbox_full: note(
    "As many messages wait for the broker as may wait: nothing was stored.",
    "Send it again after `Retry-After` seconds. Operators look at the broker.",
  ),
  backlog_too_long: note(
    "More orders wait for a decision than can be decided in time: nothing was stored.",
    "Send it again after `Retry-After` seconds. Operators look at consumers, `qb consumer ls`.",
  ),
  overloaded: note(
    "More orders come at once than ids can be drawn for: nothing was stored.",
    "Send it again after `Retry-After` seconds.",
  ),
  item_not_found: note("There is no such item on the menu.", "Look at the sku."),
  item_exists: note("The sku is taken, be it by an item that was deleted.", "Use another sku."),
  item_is_reserved: note(
    "Some of the item is set aside for orders that are not decided.",
    "Delete it once they are.",
  ),
  reservation_not_found: note("There is no such reservation of this RPC.", "Look at the id."),
  reservation_differs: note(
    "The `order_id` has a reservation of another sku or quantity.",
    "Ask for what was asked before, or use another `order_id`.",
  ),
  reservation_released: note("The reservation was released.", "Reserve under another `order_id`."),
} as const;

/** Events and bookings. */
const tickets = {
  event_not_found: note("There is no such event.", "Look at the id."),
  location_not_found: note("There is no such location.", "Look at the id."),
  unknown_event: note("Bookings knows no such event.", "Look at the id."),
  unknown_location: note("The location that the event names is not there.", "Add it first."),
  unknown_hall: note("The location has no such hall.", "Name one of its halls."),
  hall_differs: note(
    "What is said about the hall is not what is known about it.",
    "Leave it out, or name the hall by its id alone.",
  ),
  hall_is_taken: note("Another event takes place in the hall at that time.", "Use another."),
  event_is_cancelled: note("A cancelled event is not changed.", "Publish another."),
  not_its_organiser: note("The event is another organiser's.", "Ask that one, or an operator."),
  events_not_known: note(
    "What events says is being read and may be too old to say that this one does not exist.",
    "Send it again after `Retry-After` seconds.",
  ),
  not_enough_seats: note("Fewer seats are left.", "Ask `availability`, and book fewer."),
  already_booked: note("The event allows one booking each, and there is one.", "Use that one."),
  event_over: note("The event is over.", "Choose another."),
  event_cancelled: note("The organiser has cancelled the event.", "Choose another."),
  too_many_holds: note(
    "The customer holds as often as one may at the same time.",
    "Confirm or release a hold first.",
  ),
  hold_expired: note("The hold ended before it was confirmed.", "Hold or book again."),
  hold_released: note("The hold was released.", "Hold or book again."),
  hold_confirmed: note("The hold is a booking already.", "Cancel the booking instead."),
  booking_cancelled: note("The booking was cancelled.", "Book again."),
  invalid_ticket: note("It is no ticket of ours.", "Let nobody in with it."),
  already_used: note("The ticket let somebody in; `usedAt` says when.", "Let nobody in with it."),
} as const;

/** What customers write. */
const reviews = {
  not_confirmed: note(
    "The caller has no confirmed order or booking of what is to be reviewed; `detail` says how far it is.",
    "Wait for the confirmation, or order it first.",
  ),
  already_reviewed: note(
    "The caller has reviewed it; one that an operator has hidden counts, too.",
    "Change the review instead.",
  ),
  not_author: note("Somebody else wrote it.", "Leave it, or report it."),
  account_gone: note("The account of the caller was deleted.", "Sign in with another account."),
  too_much_written: note(
    "The caller has written as much as one may in a day; `detail` says how much that is.",
    "Go on after `Retry-After` seconds.",
  ),
} as const;

/** When something of ours does not answer. */
const outages = {
  internal_error: note(
    "A fault of ours. What was asked may have been done or not.",
    "Send it again with the same `Idempotency-Key`. Operators find it in the logs by `traceId`.",
  ),
  database_unavailable: note(
    "The service's database does not answer.",
    "Send it again after `Retry-After` seconds, with the same `Idempotency-Key`.",
  ),
  deadline_exceeded: note(
    "The answer was not ready in time; what was asked may have been done.",
    "Send it again with the same `Idempotency-Key`.",
  ),
  draining: note("This process is stopping.", "Send it again; another one answers."),
  service_stopping: note("This process is stopping.", "Send it again; another one answers."),
  gateway_stopping: note("This gateway is stopping.", "Send it again; another one answers."),
  service_away: note("Nobody answers behind the gateway; nothing was done.", "Send it again."),
  answer_lost: note(
    "The service went away before it answered: whether it was done is not known.",
    "Send it again with the same `Idempotency-Key`.",
  ),
  service_late: note(
    "The service did not answer in time: whether it was done is not known.",
    "Send it again with the same `Idempotency-Key`.",
  ),
  streams_full: note(
    "This gateway has as many streams open as it may have.",
    "Ask again and again instead, or come back later.",
  ),
} as const;

/** Every code that an answer can carry, by what it is about. */
export const problemNotes: Readonly<Record<string, Readonly<Record<string, ProblemNote>>>> = {
  "Any request": requests,
  "Who calls": callers,
  Ordering: ordering,
  "Events and bookings": tickets,
  Reviews: reviews,
  Operators: operatorProblems,
  Outages: outages,
};
