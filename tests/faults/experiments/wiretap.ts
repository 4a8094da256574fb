import type { JetStreamBroker } from "@app/platform/messaging/jetstream-broker.ts";

/** What passed on the wire between the relay and one stream: each publish, each word of the broker. */
export interface Wiretap extends Disposable {
  readonly publishes: number;
  /** Messages that the stream stored. */
  readonly stored: number;
  /** Messages that it called duplicates. */
  readonly duplicates: number;
}

/** Listens as any client may, so it sees what really went over the connection. */
export async function wiretap(
  broker: JetStreamBroker,
  { stream, subject }: { readonly stream: string; readonly subject: string },
): Promise<Wiretap> {
  const nc = await broker.connection(5_000);
  let publishes = 0;
  let stored = 0;
  let duplicates = 0;
  const published = nc.subscribe(subject, {
    callback: () => {
      publishes += 1;
    },
  });
  const answered = nc.subscribe("_INBOX.>", {
    callback: (_, message) => {
      const text = message.string();
      if (!text.startsWith(`{"stream":"${stream}"`)) return;
      const { duplicate } = JSON.parse(text) as { readonly duplicate?: boolean };
      if (duplicate) duplicates += 1;
      else stored += 1;
    },
  });
  await nc.flush();
  return {
    get publishes() {
      return publishes;
    },
    get stored() {
      return stored;
    },
    get duplicates() {
      return duplicates;
    },
    [Symbol.dispose]() {
      published.unsubscribe();
      answered.unsubscribe();
    },
  };
}
