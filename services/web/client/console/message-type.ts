/** The short name of a message type: `orders.v1.order_created` is an OrderCreated. */
export function messageName(type: string): string {
  const last = type.split(".").at(-1) ?? "";
  if (last === "") return "a message without a type";
  return last.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What happened to a message, as its reason says it, with its consumer in front. */
export const reasonTexts: Readonly<Record<string, string>> = {
  attempts_used: "failed at every attempt",
  left_behind: "ended the process three times, and was set aside",
  unreadable: "could not be read by its contract",
  unknown_type: "is of a type that no contract describes",
  no_key: "has no key and version in its headers",
};

export const reasonText = (reason: string): string => reasonTexts[reason] ?? reason;

/** What the decoder says, for people who do not know its words; everything else as it is. */
export function plainError(error: string): string {
  if (/premature EOF/i.test(error)) return "the message ends before its last field does";
  if (/wire type|illegal tag|invalid varint|invalid uint|UTF-?8/i.test(error)) {
    return "its bytes are not what its contract says";
  }
  return error;
}
