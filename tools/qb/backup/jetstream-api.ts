import type { NatsConnection } from "nats";
import { z } from "zod";

/** The broker understood and said no. */
export class JetStreamRefused extends Error {
  override readonly name = "JetStreamRefused";
  /** nats-server's own, such as 10059 for a stream that is not there. */
  readonly number: number;

  constructor(what: string, number: number, description: string) {
    super(`the broker refused ${what}: ${description} (${number})`);
    this.number = number;
  }
}

export const absent = { stream: 10059, durable: 10014, message: 10037 } as const;

const Refusal = z.object({
  error: z.object({
    err_code: z.number().default(0),
    description: z.string().default("no reason"),
  }),
});

const answerWithinMs = 10_000;

/** One call of the broker's API, of which the client has no method for snapshots. */
export async function askJetStream<Answer>(
  nc: NatsConnection,
  what: string,
  answer: z.ZodType<Answer>,
  body?: object,
): Promise<Answer> {
  const sent = body === undefined ? "" : JSON.stringify(body);
  const said: unknown = (
    await nc.request(`$JS.API.${what}`, sent, { timeout: answerWithinMs })
  ).json();
  const refusal = Refusal.safeParse(said);
  if (!refusal.success) return answer.parse(said);
  const { err_code, description } = refusal.data.error;
  throw new JetStreamRefused(what, err_code, description);
}

/** Undefined where the broker says that there is none. */
export async function unlessAbsent<Answer>(
  kind: keyof typeof absent,
  asked: Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof JetStreamRefused && error.number === absent[kind]) return undefined;
    throw error;
  }
}

const StreamInfo = z.object({
  config: z.record(z.string(), z.unknown()),
  state: z.object({
    messages: z.int(),
    first_seq: z.int(),
    last_seq: z.int(),
  }),
});
export type StreamInfo = z.infer<typeof StreamInfo>;

export const streamInfo = (nc: NatsConnection, stream: string) =>
  unlessAbsent("stream", askJetStream(nc, `STREAM.INFO.${stream}`, StreamInfo));

const ConsumerInfo = z.object({
  config: z.record(z.string(), z.unknown()),
  ack_floor: z.object({ stream_seq: z.int() }),
  /** Replicas that ask for messages now. */
  num_waiting: z.int(),
});
export type ConsumerInfo = z.infer<typeof ConsumerInfo>;

export const durableInfo = (nc: NatsConnection, stream: string, durable: string) =>
  unlessAbsent("durable", askJetStream(nc, `CONSUMER.INFO.${stream}.${durable}`, ConsumerInfo));

const Stored = z.object({
  message: z.object({
    subject: z.string(),
    seq: z.int(),
    hdrs: z.string().default(""),
    data: z.string().default(""),
    time: z.string(),
  }),
});

/** A message as its stream holds it, headers as they were sent. */
export interface StreamMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly headers: string;
  readonly payload: Uint8Array;
  readonly time: string;
}

/** The message at a sequence, or the last of all. */
export async function storedMessage(
  nc: NatsConnection,
  stream: string,
  which: { readonly seq: number } | { readonly last_by_subj: ">" },
): Promise<StreamMessage | undefined> {
  const asked = askJetStream(nc, `STREAM.MSG.GET.${stream}`, Stored, which);
  const found = await unlessAbsent("message", asked);
  if (!found) return undefined;
  const { seq: sequence, subject, hdrs, data, time } = found.message;
  const headers = Buffer.from(hdrs, "base64").toString();
  return { sequence, subject, headers, payload: Buffer.from(data, "base64"), time };
}

/** The id that a message was published under. */
export const messageId = ({ headers }: Pick<StreamMessage, "headers">): string =>
  /^nats-msg-id: *(.*?)\r?$/im.exec(headers)?.[1] ?? "";
