import type { JetStreamBroker } from "@app/platform/messaging/jetstream-broker.ts";

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

export async function deleteStreams(broker: JetStreamBroker): Promise<void> {
  const { streams } = await jetStreamApi(broker, "STREAM.NAMES");
  for (const name of (streams as readonly string[] | null) ?? [])
    await jetStreamApi(broker, `STREAM.DELETE.${name}`);
}
