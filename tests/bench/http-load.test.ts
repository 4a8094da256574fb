import { describe, expect, test } from "bun:test";
import { answeredWith, closedLoop, connect, postOf, readAnswer } from "./http-load.ts";

describe("readAnswer", () => {
  const answer = 'HTTP/1.1 202 Accepted\r\nContent-Length: 8\r\nx: y\r\n\r\n{"id":1}';

  test("knows where an answer ends", () => {
    expect(readAnswer(`${answer}HTTP/1.1 500`)).toEqual({ status: 202, length: answer.length });
  });

  test("waits while some of it is missing", () => {
    for (let length = 0; length < answer.length; length += 1)
      expect(readAnswer(answer.slice(0, length))).toBeUndefined();
  });

  test("throws for an answer without a length", () => {
    expect(() => readAnswer("HTTP/1.1 200 OK\r\n\r\n")).toThrow("cannot be measured");
  });
});

describe("answeredWith", () => {
  const statuses = new Map([
    [201, 3],
    [202, 4],
    [503, 1],
  ]);

  test("counts what was answered as wanted", () => {
    expect(answeredWith({ statuses }, [201, 202, 503])).toBe(8);
  });

  test("throws for any other answer", () => {
    expect(() => answeredWith({ statuses }, [201, 202])).toThrow("1 were answered 503");
  });
});

describe("closedLoop", () => {
  test("counts every answer by its status, over connections that stay open", async () => {
    const seen = new Set<string>();
    const ports = new Set<number>();
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request, { requestIP }) {
        ports.add(requestIP.call(server, request)?.port ?? 0);
        const { n }: { n: number } = JSON.parse(await request.text());
        seen.add(String(n));
        return new Response("{}", { status: n % 2 === 0 ? 202 : 503 });
      },
    });

    const result = await closedLoop({
      url: server.url.origin,
      clients: 3,
      forMs: 100,
      request: (n) => postOf("/", JSON.stringify({ n }), ["x: y"]),
    });

    const answered = [...result.statuses.values()].reduce((sum, count) => sum + count, 0);
    expect([...result.statuses.keys()].sort()).toEqual([202, 503]);
    expect(answered).toBe(seen.size);
    expect(result.latenciesMs).toHaveLength(answered);
    expect(ports.size).toBe(3);
  });

  test("fails when the connection breaks", async () => {
    await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const connection = await connect(server.url.origin);

    const status = connection.send(postOf("/", "", []));

    expect(await status).toBe(200);
    await server.stop(true);
    await expect(connection.send(postOf("/", "", []))).rejects.toThrow("closed the connection");
    connection.close();
  });
});
