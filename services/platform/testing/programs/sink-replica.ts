import { systemClock } from "../../clock.ts";
import { elysiaHandler, httpApp } from "../../elysia-app.ts";
import { startLog } from "../../log.ts";
import { operatorRoutes } from "../../messaging/ops-routes.ts";
import { servedHttp } from "../served-http.ts";
import { startReplica } from "../sink.ts";

/**
 * One replica of the sink as a process of its own, to be killed and paused. It answers the operator
 * API on a free port. Its behaviour comes as JSON in BEHAVIOUR, see `ReplicaBehaviour` in
 * `sink-process.ts`.
 */
const { DATABASE_URL = "", NATS_URL = "", BEHAVIOUR = "{}" } = process.env;
const behaviour = JSON.parse(BEHAVIOUR);

const { messaging } = startReplica(
  { databaseUrl: DATABASE_URL, natsUrl: NATS_URL },
  {
    log: startLog({ service: "sink", level: "warning" }),
    ackWaitSeconds: behaviour.ackWaitSeconds ?? 2,
    behaviour: async (_message, { key, version }) => {
      if (behaviour.delayMaxMs) await systemClock.sleep(Math.random() * behaviour.delayMaxMs);
      if (behaviour.flaky && Math.random() < behaviour.flaky) throw new Error("flaky");
      if (key !== behaviour.key || version !== behaviour.version) return;
      if (behaviour.does === "exit") process.exit(7);
      throw new Error("this version always fails");
    },
  },
);
// It must not outlive the test that started it, however that ends.
process.stdin.on("end", () => process.exit(0)).resume();
const served = servedHttp({
  handlers: [elysiaHandler(httpApp().use(operatorRoutes(messaging, { auth: "optional" })))],
});
process.stdout.write(`started ${served.server.url}\n`);
