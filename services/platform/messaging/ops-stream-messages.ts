import { DeadLetterSchema } from "@app/contracts/gen/platform/v1/dead_letter_pb.ts";
import type { StreamInfo } from "@nats-io/jetstream";
import type { NatsConnection } from "nats";
import { Refusal } from "../errors.ts";
import { decodeHeaders } from "./headers.ts";
import { type Incoming, readHeaders } from "./incoming.ts";
import { absentIfMissing } from "./jetstream-errors.ts";
import { type PayloadViewer, payloadViewer } from "./ops-payload.ts";
import { readPart } from "./ops-stream-read.ts";
import type { StreamMessagesRequest } from "./ops-stream-requests.ts";
import type { StreamMessagesView, StreamMessageView } from "./ops-stream-views.ts";
import { connectionOf, managerOf, type StreamAccess } from "./ops-streams.ts";
import type { StreamTopology } from "./topology.ts";

const searchWithinMs = 2_000;
const bytesMax = 1_048_576;
/** Backwards a stream is read in windows, each so many times as wide as the one before. */
const widening = 8;
const windowMax = 100_000;

/**
 * Messages of one stream: the newest ones, or those before, from or since a place, decoded by their
 * contracts. At most a mebibyte and two seconds; where that was not enough the answer says so, and
 * from where to go on.
 */
export async function showStreamMessages(
  { inspected, broker }: StreamAccess,
  name: string,
  asked: StreamMessagesRequest,
): Promise<StreamMessagesView> {
  const stream = streamCalled(inspected.streams, name);
  const nc = await connectionOf(broker);
  const jsm = await managerOf(nc);
  const info = await absentIfMissing(() => jsm.streams.info(name));
  if (!info) throw new Refusal("not_found", "stream_not_found", `there is no stream ${name}`);

  const subject = subjectOf(stream, asked);
  // Dead letters are announced by the core, and are in no service's contracts.
  const payloads = payloadViewer([...inspected.contracts, DeadLetterSchema]);
  const signal = AbortSignal.timeout(searchWithinMs);
  const search: Search = { nc, stream: name, subject, asked, state: info.state, signal };
  if (asked.from !== undefined || asked.since !== undefined) {
    return viewOf(name, await forwards(search), payloads);
  }
  const newest =
    subject === undefined || asked.before !== undefined
      ? undefined
      : await absentIfMissing(() => jsm.streams.getMessage(name, { last_by_subj: subject }));
  const end = Math.min(asked.before ?? Number.POSITIVE_INFINITY, info.state.last_seq + 1);
  const below = newest ? Math.min(end, newest.seq + 1) : end;
  return viewOf(name, await backwards(search, { below, end }), payloads);
}

interface Search {
  readonly nc: NatsConnection;
  readonly stream: string;
  readonly subject: string | undefined;
  readonly asked: StreamMessagesRequest;
  readonly state: StreamInfo["state"];
  readonly signal: AbortSignal;
}

interface Found extends Pick<StreamMessagesView, "before" | "from" | "complete"> {
  readonly messages: readonly Incoming[];
}

async function forwards(search: Search): Promise<Found> {
  const { nc, stream, subject, asked, state, signal } = search;
  const { from = 1, since, limit } = asked;
  // The broker counts time in 64 bits of nanoseconds, and takes what overflows for long ago.
  const start =
    since === undefined
      ? { sequence: from }
      : { time: new Date(Math.min(since.getTime(), Date.now())) };
  const messages: Incoming[] = [];
  let bytes = 0;
  let next = since === undefined ? from : state.first_seq;
  const complete = await unlessTimeIsUp(signal, async () => {
    for await (const message of readPart(nc, { stream, subject, start }, signal)) {
      next = message.sequence + 1;
      const incoming = readHeaders(message);
      if (!matches(incoming, asked)) continue;
      messages.push(incoming);
      bytes += message.payload.length;
      if (messages.length >= limit || bytes >= bytesMax) return;
    }
    next = Math.max(next, state.last_seq + 1);
  });
  const first = messages[0]?.sequence ?? next;
  return { messages, before: first > state.first_seq ? first : null, from: next, complete };
}

/** Window by window towards the beginning: a stream cannot be read backwards. */
async function backwards(
  search: Search,
  { below, end }: { readonly below: number; readonly end: number },
): Promise<Found> {
  const { asked, state, signal } = search;
  let messages: readonly Incoming[] = [];
  let high = below;
  let width = asked.limit;
  const complete = await unlessTimeIsUp(signal, async () => {
    while (high > state.first_seq && messages.length < asked.limit && sizeOf(messages) < bytesMax) {
      const low = Math.max(state.first_seq, high - width);
      messages = newestOf([...(await window(search, { low, high })), ...messages], asked.limit);
      high = low;
      width = Math.min(width * widening, windowMax);
    }
  });
  const isFull = messages.length >= asked.limit || sizeOf(messages) >= bytesMax;
  const before = isFull ? (messages[0]?.sequence ?? high) : high;
  return { messages, before: before > state.first_seq ? before : null, from: end, complete };
}

/** The newest matching messages of a window, oldest first. */
async function window(
  { nc, stream, subject, asked, signal }: Search,
  { low, high }: { readonly low: number; readonly high: number },
): Promise<readonly Incoming[]> {
  const messages: Incoming[] = [];
  for await (const message of readPart(nc, { stream, subject, start: { sequence: low } }, signal)) {
    if (message.sequence >= high) break;
    const incoming = readHeaders(message);
    if (!matches(incoming, asked)) continue;
    messages.push(incoming);
    if (messages.length > asked.limit) messages.shift();
  }
  return messages;
}

/** The last ones, as many as are asked for and as fit. */
function newestOf(messages: readonly Incoming[], limit: number): readonly Incoming[] {
  let kept = messages.slice(-limit);
  while (kept.length > 1 && sizeOf(kept.slice(1)) >= bytesMax) kept = kept.slice(1);
  return kept;
}

const sizeOf = (messages: readonly Incoming[]) =>
  messages.reduce((bytes, { payload }) => bytes + payload.length, 0);

/** Whether there was time enough. Every other failure is thrown. */
async function unlessTimeIsUp(signal: AbortSignal, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  }
}

const matches = ({ type, lane }: Incoming, asked: StreamMessagesRequest) =>
  (asked.type === undefined || type === asked.type) &&
  (asked.key === undefined || lane?.key === asked.key);

/** What the broker can pick out by itself; where every service publishes, subjects say less. */
function subjectOf(
  { owner }: StreamTopology,
  { type, key }: StreamMessagesRequest,
): string | undefined {
  if (owner === "platform" || (type === undefined && key === undefined)) return undefined;
  const id = key === undefined ? "*" : key.slice(key.indexOf("/") + 1);
  // An id that is no subject token cannot have been published under one; the headers tell.
  if (id !== "*" && !/^[^\s.*>]+$/.test(id)) return undefined;
  return `${type ?? "*.*.*"}.${id}`;
}

function streamCalled(streams: readonly StreamTopology[], name: string): StreamTopology {
  const found = streams.find((stream) => stream.name === name);
  if (found) return found;
  const known = streams.map((stream) => stream.name).join(", ");
  const text = `this service has no stream ${name.slice(0, 100)}, it has ${known}`;
  throw new Refusal("not_found", "stream_not_found", text);
}

function viewOf(
  stream: string,
  { messages, ...rest }: Found,
  payloads: PayloadViewer,
): StreamMessagesView {
  return { stream, messages: messages.map((each) => messageView(each, payloads)), ...rest };
}

function messageView(message: Incoming, payloads: PayloadViewer): StreamMessageView {
  const { sequence, publishedAt, subject, type, eventId, lane, headers } = message;
  return {
    sequence,
    publishedAt: publishedAt.toISOString(),
    subject,
    type,
    eventId,
    key: lane?.key ?? null,
    version: lane?.version ?? null,
    headers: Object.fromEntries(decodeHeaders(headers)),
    payload: payloads.view(message),
  };
}
