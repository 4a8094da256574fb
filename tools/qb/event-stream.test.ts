import { describe, expect, test } from "bun:test";
import { eventsIn, type ReceivedEvent } from "./event-stream.ts";

describe("eventsIn", () => {
  test("reads events however they are cut, and passes over heartbeats", async () => {
    const text =
      'retry: 2000\n\n: beat\n\nid: 1\ndata: {"a":\ndata: 1}\n\nid: 2\r\ndata: é\r\n\r\n';
    const bytes = new TextEncoder().encode(`${text}data: never ended`);

    for (const size of [1, 7, bytes.length]) {
      expect(await eventsOf(bytes, size)).toEqual([
        { id: "1", data: '{"a":\n1}' },
        { id: "2", data: "é" },
      ]);
    }
  });

  test("gives up on an event without end", async () => {
    const endless = new TextEncoder().encode("data: ".padEnd(1_000_100, "x"));

    await expect(eventsOf(endless, 65_536)).rejects.toThrow("too long");
  });
});

async function eventsOf(bytes: Uint8Array, size: number): Promise<readonly ReceivedEvent[]> {
  const chunks = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size)
        controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  return Array.fromAsync(eventsIn(new Response(chunks)));
}
