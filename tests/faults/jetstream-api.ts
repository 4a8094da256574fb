import type { JetStreamBroker } from "@app/platform/messaging/jetstream-broker.ts";
import { isAway } from "./away.ts";

const CONNECT_DEADLINE_MS = 20_000;
const ANSWER_DEADLINE_MS = 5_000;

/** Asks JetStream's own API, as `jetStreamApi(broker, "STREAM.NAMES")`; throws its refusals. */
export async function jetStreamApi(
  broker: JetStreamBroker,
  call: string,
  body: object = {},
): Promise<Readonly<Record<string, unknown>>> {
  const connection = await broker.connection(CONNECT_DEADLINE_MS);
  const answer = await connection.request(`$JS.API.${call}`, JSON.stringify(body), {
    timeout: ANSWER_DEADLINE_MS,
  });
  const parsed: Record<string, unknown> = JSON.parse(answer.string());
  if (parsed.error) throw new Error(`${call}: ${JSON.stringify(parsed.error)}`);
  return parsed;
}

/** So often is asked a cluster that may have no leader yet: it answers nothing until then. */
const ASKED_MAX = 6;

/** Deletes all streams of a server, or of a cluster that may just have started. */
export async function deleteStreams(broker: JetStreamBroker): Promise<void> {
  for (const name of await streamNames(broker)) await jetStreamApi(broker, `STREAM.DELETE.${name}`);
}

async function streamNames(broker: JetStreamBroker): Promise<readonly string[]> {
  for (let asked = 1; ; asked += 1) {
    try {
      const { streams } = await jetStreamApi(broker, "STREAM.NAMES");
      return (streams as readonly string[] | null) ?? [];
    } catch (error) {
      if (!isAway(error) || asked === ASKED_MAX) throw error;
    }
  }
}
