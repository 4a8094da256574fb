import type { MsgHdrs } from "nats";
import type { StoredMessage } from "./broker.ts";
import { type HeaderBlock, sentBlock } from "./headers.ts";

/**
 * The client's headers as the text block that we store; a repeated name keeps all its values. The
 * client reads them when asked, and throws at names and line breaks that the server lets pass: such
 * a message comes without headers, and so without a key, rather than never.
 */
export function blockOf(read: () => MsgHdrs | undefined): HeaderBlock {
  let headers: MsgHdrs | undefined;
  try {
    headers = read();
  } catch (error) {
    if (error instanceof Error) return "";
    throw error;
  }
  if (!headers) return "";
  return headers
    .keys()
    .flatMap((name) => headers.values(name).map((value) => `${name}: ${value}`))
    .join("\r\n");
}

interface ReceivedMessage {
  readonly seq: number;
  readonly subject: string;
  readonly headers?: MsgHdrs | undefined;
  readonly data: Uint8Array;
  readonly time: Date;
}

/** A message of the client's as the core sees it. */
export function storedMessage(stream: string, message: ReceivedMessage): StoredMessage {
  const sent = headerBytes(message);
  return {
    stream,
    sequence: message.seq,
    subject: message.subject,
    // The client takes seven times as long to read headers as to hand them over.
    headers: (sent && sentBlock(sent)) ?? blockOf(() => message.headers),
    payload: message.data,
    publishedAt: message.time,
  };
}

/** Where the client keeps what it received. It promises nothing of the kind, so nothing is assumed. */
interface KeptByClient {
  readonly msg?: { readonly _rdata?: unknown; readonly _msg?: { readonly hdr?: unknown } };
}

function headerBytes(message: ReceivedMessage & KeptByClient): Uint8Array | undefined {
  const all = message.msg?._rdata;
  const length = message.msg?._msg?.hdr;
  return all instanceof Uint8Array && typeof length === "number" && length > 0
    ? all.subarray(0, length)
    : undefined;
}
