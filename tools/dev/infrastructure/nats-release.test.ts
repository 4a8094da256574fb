import { describe, expect, test } from "bun:test";
import { download } from "./nats-release.ts";
import type { Progress } from "./ways.ts";

const body = new Uint8Array(300_000).fill(7);

describe("download", () => {
  test("returns the body and tells how much of it has come", async () => {
    using server = serve(() => new Response(body));
    const progress: Progress[] = [];

    const fetched = await download(server.url.href, {
      log: () => undefined,
      onProgress: (step) => progress.push(step),
    });

    expect(fetched).toEqual(Buffer.from(body));
    expect(progress.at(-1)).toMatchObject({ doneBytes: body.length, totalBytes: body.length });
  });

  test("gives up on a server that does not answer, or falls silent", async () => {
    using mute = serve(() => new Promise<Response>(() => undefined));
    using stalling = serve(
      () => new Response(new ReadableStream({ start: (stream) => stream.enqueue(body) })),
    );
    const patience = { answerMs: 30, silenceMs: 30 };

    for (const { url } of [mute, stalling]) {
      await expect(download(url.href, quiet, patience)).rejects.toThrow(
        `no answer from ${url.host} for 30 ms`,
      );
    }
  });

  test("refuses what is not there", async () => {
    using server = serve(() => new Response("not here", { status: 404 }));

    await expect(download(server.url.href, quiet)).rejects.toThrow("answered 404");
  });
});

const quiet = { log: () => undefined, onProgress: () => undefined };

function serve(answer: () => Response | Promise<Response>) {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  return { url: server.url, [Symbol.dispose]: () => void server.stop(true) };
}
