import { refusalMeanings } from "@app/platform/errors.ts";
import type { Problem } from "@app/platform/problem.ts";
import type { ServiceName } from "./routes.ts";

const { title } = refusalMeanings.unavailable;

/** What callers are told when a service behind does not answer as it should. */
export const awayProblems = {
  /** Nothing was sent, or nobody is there: the same call may be made again. */
  away: (service: ServiceName): Problem => ({
    status: 503,
    code: "service_away",
    title,
    detail: `${service} does not answer`,
    extra: { service },
    headers: { "retry-after": "1" },
  }),
  /** The call may have been carried out: what is safe to repeat may be repeated. */
  lost: (service: ServiceName): Problem => ({
    status: 502,
    code: "answer_lost",
    title: "The answer was lost",
    detail: `${service} went away before it answered; whether it did what was asked is not known`,
    extra: { service },
    headers: { "retry-after": "1" },
  }),
  late: (service: ServiceName): Problem => ({
    status: 504,
    code: "service_late",
    title: "The answer did not come in time",
    detail: `${service} did not answer in time; whether it did what was asked is not known`,
    extra: { service },
    headers: { "retry-after": "5" },
  }),
  stopping: {
    status: 503,
    code: "gateway_stopping",
    title,
    detail: "this gateway is stopping; another one answers",
    headers: { "retry-after": "1", connection: "close" },
  },
  streamsFull: (max: number): Problem => ({
    status: 503,
    code: "streams_full",
    title,
    detail: `${max} streams are open here; come back later, or ask again and again meanwhile`,
    headers: { "retry-after": "5" },
  }),
} as const;
