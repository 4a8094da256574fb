/**
 * Message headers as one text block, a `Name: value` a line: the form in which they are stored,
 * shown by psql as they are, and sent.
 */
export type HeaderBlock = string;

/** What NATS takes as a name. */
const nameForm = /^[!-9;-~]+$/;
/** Line breaks would start another header, and Postgres stores no NUL. */
const unsendable = /[\r\n\0]/;

/** Names in the order they were written. A value with a line break is refused, not sent in part. */
export function encodeHeaders(headers: Readonly<Record<string, string>>): HeaderBlock {
  return Object.entries(headers)
    .map(([name, value]) => {
      if (!nameForm.test(name) || unsendable.test(value)) {
        throw new TypeError(`header ${JSON.stringify(name)} has a character that cannot be sent`);
      }
      return `${name}: ${value}`;
    })
    .join("\r\n");
}

const sentForm = /^NATS\/1\.0\r\n(?:[!-9;-~]+:[ -~]*\r\n)+\r\n$/;
const sentStart = "NATS/1.0\r\n".length;
const sentEnd = "\r\n\r\n".length;
const ascii = new TextDecoder();

/** The block within header bytes as NATS sends them; undefined where they are not plain ASCII lines with names. */
export function sentBlock(bytes: Uint8Array): HeaderBlock | undefined {
  const text = ascii.decode(bytes);
  return sentForm.test(text) ? text.slice(sentStart, -sentEnd) : undefined;
}

/** The values by lower-case name; the last of a repeated name counts. Lines without a name are passed over. */
export function decodeHeaders(block: HeaderBlock): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of block.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
