import type { MsgHdrs } from "nats";
import type { StoredMessage } from "./broker.ts";
import type { HeaderBlock } from "./headers.ts";

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

/** A message of the client's as the core sees it. */
export function storedMessage(
  stream: string,
  message: {
    seq: number;
    subject: string;
    headers?: MsgHdrs | undefined;
    data: Uint8Array;
    time: Date;
  },
): StoredMessage {
  return {
    stream,
    sequence: message.seq,
    subject: message.subject,
    headers: blockOf(() => message.headers),
    payload: message.data,
    publishedAt: message.time,
  };
}
