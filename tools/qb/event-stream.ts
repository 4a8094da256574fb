/** One server-sent event. */
export interface ReceivedEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** More than any event of ours: a server that never ends a line must not fill the memory. */
const charactersMax = 1_000_000;

/** Reads server-sent events from a response until it ends. Comments, which are heartbeats, are passed over. */
export async function* eventsIn(response: Response): AsyncGenerator<ReceivedEvent> {
  if (!response.body) return;
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split(/\r?\n\r?\n/);
    text = blocks.pop() ?? "";
    if (text.length > charactersMax) throw new Error("an event of the stream is too long");
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) yield event;
    }
  }
}

function eventOf(block: string): ReceivedEvent | undefined {
  const fields = block.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line));
  const data = fields.filter((field) => field?.[1] === "data").map((field) => field?.[2] ?? "");
  if (data.length === 0) return undefined;
  return { id: fields.findLast((field) => field?.[1] === "id")?.[2], data: data.join("\n") };
}
