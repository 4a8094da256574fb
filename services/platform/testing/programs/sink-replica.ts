import { existsSync, openSync, writeSync } from "node:fs";
import { systemClock } from "../../clock.ts";
import { elysiaHandler, httpApp } from "../../elysia-app.ts";
import { startLog } from "../../log.ts";
import { operatorRoutes } from "../../messaging/ops-routes.ts";
import { servedHttp } from "../served-http.ts";
import { startReplica } from "../sink.ts";
import type { ReplicaBehaviour } from "../sink-process.ts";

/**
 * One replica of the sink as a process of its own, to be killed and paused. It answers the operator
 * API on a free port. Its behaviour comes as JSON in BEHAVIOUR, see `ReplicaBehaviour` in
 * `sink-process.ts`.
 */
const { DATABASE_URL = "", NATS_URL = "", BEHAVIOUR = "{}" } = process.env;
const behaviour: ReplicaBehaviour = JSON.parse(BEHAVIOUR);
const { poisonedKeys = [], poison = "", handlerLog } = behaviour;
const poisoned = new Set(poisonedKeys);
// Written at once and whole: it must be there when the handler ends the process.
const handlerFile = handlerLog === undefined ? undefined : openSync(handlerLog, "a");
const noteHandler = (line: object) => {
  if (handlerFile === undefined) return;
  writeSync(handlerFile, `${JSON.stringify({ ...line, pid: process.pid, atMs: Date.now() })}\n`);
};
const writeLog = (line: string) => {
  process.stdout.write(`${line}\n`);
  const { message, eventId, attempts } = JSON.parse(line);
  if (message === "message failed") noteHandler({ does: "fail", eventId, attempts });
};

const { messaging } = startReplica(
  { databaseUrl: DATABASE_URL, natsUrl: NATS_URL },
  {
    log: startLog({ service: "sink", level: "warning", write: writeLog }),
    ackWaitSeconds: behaviour.ackWaitSeconds ?? 2,
    settings: {
      ...(behaviour.retryBase !== undefined && { RETRY_BASE: behaviour.retryBase }),
      ...(behaviour.attemptsMax !== undefined && { ATTEMPTS_MAX: behaviour.attemptsMax }),
    },
    behaviour: async (_message, { eventId, key, version }) => {
      noteHandler({ does: "start", eventId, key, version });
      if (behaviour.delayMaxMs) await systemClock.sleep(Math.random() * behaviour.delayMaxMs);
      if (behaviour.flaky && Math.random() < behaviour.flaky) throw new Error("flaky");
      if (poisoned.has(key) && version === behaviour.version && existsSync(poison))
        throw new Error("poisoned");
      const isTheOne = key === behaviour.key && version === behaviour.version;
      if (behaviour.slowMs && !isTheOne) await systemClock.sleep(behaviour.slowMs);
      if (!isTheOne) return;
      if (behaviour.does === "exit") process.exit(7);
      throw new Error("this version always fails");
    },
  },
);
// It must not outlive the test that started it, however that ends.
process.stdin.on("end", () => process.exit(0)).resume();
const served = servedHttp({
  handlers: [elysiaHandler(httpApp({}).use(operatorRoutes(messaging)))],
});
process.stdout.write(`started ${served.server.url}\n`);
