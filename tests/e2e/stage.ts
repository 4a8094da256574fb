import { systemClock } from "@app/platform/clock.ts";
import { type JetStreamBroker, openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { type TemporaryBroker, temporaryBroker } from "@app/platform/testing/nats.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import postgres from "postgres";

/** A broker, and services as processes of their own around it, with nothing shared with other tests. */
export interface Stage {
  readonly nats: TemporaryBroker;
  /** For looking at streams and publishing to them past the services. */
  readonly broker: JetStreamBroker;
  /** Makes a new database of that service. */
  database(service: string): Promise<StageDatabase>;
  /** Starts one more replica on a database. */
  start(
    service: string,
    database: Pick<StageDatabase, "url">,
    settings?: Readonly<Record<string, string>>,
  ): Promise<RunningService>;
}

export interface StageDatabase {
  readonly url: string;
  /** For looking at the tables past the service. */
  readonly sql: postgres.Sql;
}

/** Everything that is opened on the stage is disposed of with the stack. */
export async function openStage(opened: AsyncDisposableStack): Promise<Stage> {
  const nats = opened.use(await temporaryBroker());
  const broker = openJetStream({ servers: [nats.url], name: "end to end", clock: systemClock });
  opened.defer(() => broker.close());
  return {
    nats,
    broker,
    async database(service) {
      const { url } = opened.use(await temporaryDatabase(service));
      const sql = postgres(url, { max: 2, onnotice: () => undefined });
      opened.defer(() => sql.end({ timeout: 1 }));
      return { url, sql };
    },
    async start(name, { url }, settings = {}) {
      const environment = { DATABASE_URL: url, NATS_URL: nats.url, ...settings };
      const service = opened.use(await startService(name, environment));
      // A test that is over has nothing in flight that is worth a drain.
      opened.defer(() => service.process.kill());
      return service;
    },
  };
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  readonly body: any;
}

export interface CallOptions {
  readonly method: string;
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Calls a service and reads its answer, which is JSON or another text. */
export async function callAt(
  url: string,
  { method, body, headers = {} }: CallOptions,
): Promise<Answer> {
  const sent = body && { body: JSON.stringify(body) };
  const response = await fetch(url, { method, headers, ...sent });
  const text = await response.text();
  return { status: response.status, body: /^[{[]/.test(text) ? JSON.parse(text) : text };
}
