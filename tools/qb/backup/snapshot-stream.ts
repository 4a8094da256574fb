import { inboxOf, operatorUser } from "@app/platform/messaging/broker-user.ts";
import { createInbox, type NatsConnection } from "nats";
import { z } from "zod";
import { Failure } from "../failure.ts";
import { askJetStream, streamInfo } from "./jetstream-api.ts";
import type { StoredStream } from "./manifest.ts";
import { storeFile } from "./stored-file.ts";

const Snapshot = z.object({
  config: z.record(z.string(), z.unknown()),
  state: z.looseObject({ messages: z.int() }),
});

const chunkBytes = 128 * 1024;
const silentMs = 30_000;

/** Writes a stream with its durables as the broker itself packs them. None where there is no such stream. */
export async function snapshotStream(
  nc: NatsConnection,
  name: string,
  folder: string,
): Promise<StoredStream | undefined> {
  if (!(await streamInfo(nc, name))) return undefined;
  // Where the broker asks for keys, its operator hears nothing elsewhere.
  const inbox = createInbox(inboxOf({ name: operatorUser }));
  const chunks = receive(nc, inbox, name);
  // Checked by the broker first: it would pack damaged messages as well.
  const asked = { deliver_subject: inbox, chunk_size: chunkBytes, jsck: true };
  const { config, state } = await askJetStream(nc, `STREAM.SNAPSHOT.${name}`, Snapshot, asked);
  const stored = await storeFile(folder, `streams/${name}.snapshot`, chunks);
  return { name, config, state, messages: state.messages, ...stored };
}

/** Subscribed at once, though read later: the broker sends as soon as it is asked. */
function receive(nc: NatsConnection, inbox: string, stream: string): AsyncIterable<Uint8Array> {
  const subscription = nc.subscribe(inbox);
  return (async function* () {
    const messages = subscription[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { value: message } = await withinSilence(messages.next(), stream);
        if (!message) throw new Failure("failed", `the connection closed while ${stream} was read`);
        const problem = message.headers?.hasError ? message.headers.description : undefined;
        if (problem)
          throw new Failure("failed", `the broker packed ${stream} no further: ${problem}`);
        if (message.data.length === 0) return;
        yield message.data;
        // Where the broker waits for this, it sends no more than it may lose.
        message.respond();
      }
    } finally {
      subscription.unsubscribe();
    }
  })();
}

async function withinSilence<Value>(next: Promise<Value>, stream: string): Promise<Value> {
  const silence = Promise.withResolvers<never>();
  const message = `the broker sent nothing more of ${stream} for ${silentMs / 1_000} s`;
  const timer = setTimeout(() => silence.reject(new Failure("failed", message)), silentMs);
  try {
    return await Promise.race([next, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
