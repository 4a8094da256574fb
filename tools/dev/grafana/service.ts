import type { Dashboard } from "./dashboard.ts";
import { quantile, rate } from "./queries.ts";

const requests = "http_server_request_duration_seconds";
const calls = "rpc_server_duration_seconds";
const chosen = 'service="$service"';

/** One service: what it is asked, how it answers, and what it lives on. */
export const service: Dashboard = {
  uid: "quickbite-service",
  title: "QuickBite: one service",
  description: "One service: what it is asked, how it answers, and what it lives on.",
  perService: true,
  rows: [
    {
      title: "Health",
      panels: [
        {
          title: "Replicas",
          tells: "How many are ready.",
          as: "value",
          unit: "short",
          queries: [{ expr: `sum(service_ready{${chosen}})`, legend: "ready" }],
        },
        {
          title: "Failing checks",
          tells: "By name; what they mean is in docs/operations.md.",
          as: "value",
          unit: "short",
          badFrom: 1,
          queries: [
            {
              expr: `max by (check) (service_check_failing{${chosen}}) == 1 or vector(0)`,
              legend: "{{check}}",
            },
          ],
        },
        {
          title: "Running since",
          tells: "Of the process that was started last.",
          as: "value",
          unit: "s",
          queries: [
            {
              expr: `time() - max(process_start_time_seconds{${chosen}})`,
              legend: "since",
            },
          ],
        },
      ],
    },
    {
      title: "Requests",
      panels: [
        {
          title: "By route",
          tells: "Answered requests a second.",
          as: "line",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (method, route) (${rate(`${requests}_count{${chosen},route!="health"}`)})`,
              legend: "{{method}} {{route}}",
            },
          ],
        },
        {
          title: "By status",
          tells: "Answered requests a second.",
          as: "line",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (status) (${rate(`${requests}_count{${chosen},route!="health"}`)})`,
              legend: "{{status}}",
            },
          ],
        },
        {
          title: "Time by route, one in a hundred",
          tells: "A caller may ask a write to wait; a stream counts until it begins.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: quantile(0.99, `${requests}_bucket{${chosen},route!="health"}`, [
                "method",
                "route",
              ]),
              legend: "{{method}} {{route}}",
            },
          ],
        },
      ],
    },
    {
      title: "Calls",
      panels: [
        {
          title: "By call and code",
          tells: "Connect, gRPC-Web and gRPC alike, a second.",
          as: "line",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (call, code) (${rate(`${calls}_count{${chosen}}`)})`,
              legend: "{{call}} {{code}}",
            },
          ],
        },
        {
          title: "Time by call, one in a hundred",
          tells: "To the first message where it streams.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: quantile(0.99, `${calls}_bucket{${chosen}}`, ["call"]),
              legend: "{{call}}",
            },
          ],
        },
      ],
    },
    {
      title: "What it lives on",
      panels: [
        {
          title: "Database connections",
          tells: "Transactions that are open, against how many there may be, and what waits.",
          as: "line",
          unit: "short",
          queries: [
            {
              expr: `sum by (pool) (database_pool_transactions{${chosen}})`,
              legend: "{{pool}} transactions",
            },
            {
              expr: `sum by (pool) (database_pool_waiting{${chosen}})`,
              legend: "{{pool}} waiting",
            },
            {
              expr: `sum by (pool) (database_pool_connections_max{${chosen}})`,
              legend: "{{pool}} at most",
            },
          ],
        },
        {
          title: "Processor",
          tells: "Cores in use, of each process; the event loop has one.",
          as: "line",
          unit: "short",
          queries: [{ expr: rate(`process_cpu_seconds_total{${chosen}}`), legend: "{{instance}}" }],
        },
        {
          title: "Event loop",
          tells: "How late it is, one time in a hundred.",
          as: "line",
          unit: "s",
          queries: [
            { expr: `nodejs_eventloop_lag_p99_seconds{${chosen}}`, legend: "{{instance}}" },
          ],
        },
        {
          title: "Memory",
          tells: "Of each process, and what of it is heap.",
          as: "line",
          unit: "bytes",
          queries: [
            { expr: `process_resident_memory_bytes{${chosen}}`, legend: "{{instance}}" },
            { expr: `nodejs_heap_size_used_bytes{${chosen}}`, legend: "{{instance}} heap" },
          ],
        },
      ],
    },
  ],
};
