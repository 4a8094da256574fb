import type { Dashboard } from "./dashboard.ts";
import { quantile, rate, toldByAll } from "./queries.ts";

const requests = "http_server_request_duration_seconds";
/** Without probes, of which there are many more than anybody asks. */
const answered = `${requests}_count{route!="health"}`;

/** Whether anything needs a person, and how much is asked and done. */
export const overview: Dashboard = {
  uid: "quickbite-overview",
  title: "QuickBite: overview",
  description: "Whether anything needs a person, and how much is asked and done.",
  rows: [
    {
      title: "What needs a person",
      panels: [
        {
          title: "Services that cannot answer",
          tells: "Services of which no replica is ready; 0 is good.",
          as: "value",
          unit: "short",
          badFrom: 1,
          queries: [
            { expr: "count(max by (service) (service_ready) == 0) or vector(0)", legend: "away" },
          ],
        },
        {
          title: "Failing checks",
          tells: "Checks of readiness that fail; 0 is good.",
          as: "value",
          unit: "short",
          badFrom: 1,
          queries: [
            {
              expr: "sum(max by (service, check) (service_check_failing))",
              legend: "failing",
            },
          ],
        },
        {
          title: "Dead letters",
          tells: "Messages that wait for a person; 0 is good.",
          as: "value",
          unit: "short",
          badFrom: 1,
          queries: [
            { expr: `sum(${toldByAll("consumer_dead_letters", ["consumer"])})`, legend: "dead" },
          ],
        },
        {
          title: "Undecided for too long",
          tells: "Orders and holds that wait for something; 0 is good.",
          as: "value",
          unit: "short",
          badFrom: 1,
          queries: [{ expr: `sum(${toldByAll("saga_open_late", ["saga"])})`, legend: "late" }],
        },
        {
          title: "Missing or broken",
          tells: "Messages without a trace, rows that break an invariant; must be 0.",
          as: "value",
          unit: "short",
          badFrom: 1,
          queries: [
            {
              expr: `sum(${toldByAll("consumer_unaccounted_messages", ["consumer"])})`,
              legend: "unaccounted",
            },
            {
              expr: `sum(${toldByAll("outbox_missing_messages", ["stream"])})`,
              legend: "not in the stream",
            },
            {
              expr: `sum(${toldByAll("invariant_breaches", ["service", "invariant"])})`,
              legend: "broken rows",
            },
          ],
        },
        {
          title: "Reported",
          tells: "Reviews and comments that were reported and wait for a decision; 0 is good.",
          as: "value",
          unit: "short",
          badFrom: 1,
          queries: [{ expr: "max(reviews_reported)", legend: "reported" }],
        },
        {
          title: "New orders",
          tells: "1 while they are refused, because they would come too late.",
          as: "value",
          unit: "bool",
          badFrom: 1,
          queries: [{ expr: "max(admission_refusing)", legend: "refused" }],
        },
      ],
    },
    {
      title: "What is asked",
      panels: [
        {
          title: "Requests",
          tells: "Answered requests a second, without probes.",
          as: "line",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (service) (${rate(answered)})`,
              legend: "{{service}}",
            },
          ],
        },
        {
          title: "Failed requests",
          tells: "The share that was answered with a 5xx, without probes.",
          as: "line",
          unit: "percentunit",
          queries: [
            {
              // 0 where none ever failed.
              expr: `(sum by (service) (${rate(`${requests}_count{status=~"5..",route!="health"}`)}) or 0 * sum by (service) (${rate(answered)})) / sum by (service) (${rate(answered)})`,
              legend: "{{service}}",
            },
          ],
        },
        {
          title: "Time of one request in a hundred",
          tells: "The slowest percent takes at least so long; callers may ask a write to wait.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: quantile(0.99, `${requests}_bucket{route!="health"}`, ["service"]),
              legend: "{{service}}",
            },
          ],
        },
      ],
    },
    {
      title: "What is done",
      panels: [
        {
          title: "Messages sent",
          tells: "Messages that streams took, a second.",
          as: "line",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (stream) (${rate('outbox_publishes_total{outcome="stored"}')})`,
              legend: "{{stream}}",
            },
          ],
        },
        {
          title: "Oldest unsent message",
          tells: "How late announcements are.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: toldByAll("outbox_oldest_pending_seconds", ["service"]),
              legend: "{{service}}",
            },
          ],
        },
        {
          title: "Consumers behind",
          tells: "How late effects are: the age of the oldest message that is not acknowledged.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: toldByAll("consumer_lag_seconds", ["stream", "consumer"]),
              legend: "{{consumer}} on {{stream}}",
            },
          ],
        },
        {
          title: "Seats booked",
          tells: "Seats a second, of all events.",
          as: "line",
          unit: "short",
          queries: [{ expr: `sum(${rate("myevents_bookings_count")})`, legend: "seats" }],
        },
      ],
    },
  ],
};
