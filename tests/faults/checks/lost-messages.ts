import { decodeHeaders } from "@app/platform/messaging/headers.ts";
import { isAway } from "../away.ts";
import type { OpenWorld } from "../open-world.ts";

const ways = [
  { stream: "ORDERS", sender: "orders", listener: "inventory", consumer: "inventory-service" },
  { stream: "INVENTORY", sender: "inventory", listener: "orders", consumer: "orders-service" },
] as const;

/** The relay looks every two seconds whether its streams still hold what they held. */
const NOTICED_WITHIN_MS = 10_000;
/** A stream of a cluster whose nodes have just come back may leave a question unanswered. */
const ANSWERED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 250;

/**
 * Follows each message from outbox to stream to inbox: every sent row is in its stream, and of
 * every message in a stream its consumer has handled the version or holds it as a dead letter. What a
 * fault took from a stream last may be noticed and sent again only now.
 */
export async function lostMessages(world: OpenWorld): Promise<readonly string[]> {
  const startedAt = performance.now();
  const goneBy = (ms: number) => performance.now() - startedAt > ms;
  for (;;) {
    const lost = await missingNow(world).catch((error: unknown) => {
      if (!isAway(error) || goneBy(ANSWERED_WITHIN_MS)) throw error;
    });
    if (lost && (lost.length === 0 || goneBy(NOTICED_WITHIN_MS))) return lost;
    await Bun.sleep(LOOK_EVERY_MS);
  }
}

async function missingNow(world: OpenWorld): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const { stream, sender, listener, consumer } of ways) {
    const held = new Set<string>();
    const versions = new Map<string, number>();
    for await (const message of world.broker.read(stream, { headersOnly: true })) {
      const headers = decodeHeaders(message.headers);
      held.add(headers.get("nats-msg-id") ?? "");
      const key = headers.get("key");
      const version = Number(headers.get("version"));
      if (key !== undefined && version > (versions.get(key) ?? 0)) versions.set(key, version);
    }

    const sent = await world.sql[sender]<{ id: string; key: string; version: number }[]>`
      select event_id::text as id, key, version::int from outbox_sent where stream = ${stream}`;
    for (const { id, key, version } of sent)
      if (!held.has(id)) lost.push(`${stream} lacks ${key} v${version}, which ${sender} sent`);

    const lanes = await world.sql[listener]<{ key: string; version: number }[]>`
      select key, greatest(version, coalesce((select max(version) from dead_letters d
        where d.consumer = lanes.consumer and d.key = lanes.key), 0))::int as version
      from lanes where consumer = ${consumer}`;
    const reached = new Map(lanes.map(({ key, version }) => [key, version]));
    for (const [key, version] of versions)
      if ((reached.get(key) ?? 0) < version)
        lost.push(
          `${consumer} is at v${reached.get(key)} of ${key}, whose v${version} is in ${stream}`,
        );
  }
  return lost;
}
