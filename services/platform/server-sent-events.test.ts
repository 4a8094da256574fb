import { afterEach, describe, expect, test } from "bun:test";
import { eventStream, type ServerSentEvent } from "./server-sent-events.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

const open = new AbortController().signal;
const context = { openStream: () => () => undefined };

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });

function serve(respond: () => Response): string {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: respond });
  stops.push(() => server.stop(true));
  return server.url.href;
}

/** Reads until the text so far contains `wanted`. */
async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  wanted: string,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes(wanted)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended with ${JSON.stringify(text)}`);
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

async function* all(events: readonly ServerSentEvent[]): AsyncGenerator<ServerSentEvent> {
  yield* events;
}

describe("eventStream", () => {
  test("writes each event in the format of the standard and ends with its source", async () => {
    const response = eventStream(
      () =>
        all([
          { id: "1", event: "order", data: { note: "two\nlines" } },
          { data: "bare" },
          { id: "2\nretry: 0", data: null },
        ]),
      { context, signal: open, retryMs: 1_500 },
    );

    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(await response.text()).toBe(
      "retry: 1500\n\n" +
        'event: order\nid: 1\ndata: {"note":"two\\nlines"}\n\n' +
        'data: "bare"\n\n' +
        "id: 2 retry: 0\ndata: null\n\n",
    );
  });

  test("sends heartbeats while nothing happens, and loses no event to them", async () => {
    const release = Promise.withResolvers<void>();
    const url = serve(() =>
      eventStream(
        async function* () {
          await release.promise;
          yield { data: "late" };
        },
        { context, signal: open, heartbeatMs: 5 },
      ),
    );

    const reader = (await fetch(url)).body?.getReader();
    if (reader === undefined) throw new Error("no body");
    await readUntil(reader, ": heartbeat\n\n");
    release.resolve();

    expect(await readUntil(reader, "late")).toContain('data: "late"');
  });

  test("stops its source when the client is gone", async () => {
    const stopped = Promise.withResolvers<void>();
    const url = serve(() =>
      eventStream(
        async function* (signal) {
          try {
            yield { data: 1 };
            await untilAborted(signal);
          } finally {
            stopped.resolve();
          }
        },
        { context, signal: open, heartbeatMs: 20 },
      ),
    );
    const client = new AbortController();

    const reader = (await fetch(url, { signal: client.signal })).body?.getReader();
    if (reader === undefined) throw new Error("no body");
    await readUntil(reader, "data: 1");
    client.abort();

    await stopped.promise;
  });

  test("ends when the server stops, even if the source does not listen", async () => {
    const shutdown = new AbortController();
    const response = eventStream(
      async function* () {
        yield { data: 1 };
        await new Promise(() => undefined);
      },
      { context, signal: shutdown.signal },
    );

    const text = response.text();
    shutdown.abort();

    expect(await text).toStartWith("retry: 2000\n\n");
  });

  test("counts as open until it ends, whoever ends it", async () => {
    let count = 0;
    const counting = {
      openStream: () => {
        count += 1;
        return () => {
          count -= 1;
        };
      },
    };
    const stream = (source: () => AsyncIterable<ServerSentEvent>) =>
      eventStream(source, { context: counting, signal: open });
    const refusing = () => {
      throw new Error("too many watchers");
    };

    const [ending, left] = [stream(() => all([])), stream(() => all([{ data: 1 }]))];
    expect(() => stream(refusing)).toThrow("too many watchers");
    expect(count).toBe(2);
    await ending.text();
    expect(count).toBe(1);
    await left.body?.cancel();

    expect(count).toBe(0);
  });
});
