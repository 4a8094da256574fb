import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import type { HttpServer } from "./http.ts";
import { readJsonBody } from "./json-body.ts";
import { servedHttp } from "./testing/served-http.ts";

const echo = async (request: Request) => Response.json(await readJsonBody(request));

/** Sends bytes as they are, and gives all that came back once the server has hung up or answered. */
function raw({ port }: HttpServer, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setTimeout(5_000, () => reject(new Error("no answer within 5 s")));
    socket.on("data", (bytes) => {
      answer += bytes;
      if (answer.includes("\r\n\r\n")) socket.end();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
    for (const part of parts) socket.write(part);
  });
}

describe("bodies", () => {
  const sized = (bytes: number) => `{"a":"${"x".repeat(bytes - 8)}"}`;

  test("of exactly 64 KB pass and one byte more does not", async () => {
    await using served = servedHttp({ handlers: [echo] });
    const { server } = served;
    const post = (body: string) => fetch(server.url, { method: "POST", body });

    expect((await post(sized(65_536))).status).toBe(200);
    const over = await post(sized(65_537));
    expect(over.status).toBe(413);
    expect(await over.json()).toMatchObject({
      code: "body_too_large",
      detail: "body must be at most 65536 bytes",
    });
  });

  test("in chunks without a length are limited and read all the same", async () => {
    await using served = servedHttp({ handlers: [echo] });
    const { server } = served;
    const chunked = (bytes: number) =>
      fetch(server.url, {
        method: "POST",
        body: new ReadableStream({
          start(controller) {
            for (const part of sized(bytes).match(/.{1,10000}/g) ?? []) {
              controller.enqueue(new TextEncoder().encode(part));
            }
            controller.close();
          },
        }),
      });

    expect((await chunked(65_536)).status).toBe(200);
    expect((await chunked(65_537)).status).toBe(413);
  });

  test("far over the limit get the answer and not a reset", async () => {
    await using served = servedHttp({ handlers: [echo] });
    const { server } = served;

    const response = await fetch(server.url, { method: "POST", body: "x".repeat(1_000_000) });

    expect(response.status).toBe(413);
  });

  test("that come too slowly are told so at the deadline", async () => {
    await using served = servedHttp({ handlers: [echo], limits: { deadlineMs: 100 } });
    const { server } = served;

    const known = raw(server, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{");
    const chunked = raw(
      server,
      "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    );

    for (const answer of [await known, await chunked]) {
      expect(answer).toContain("408 Request Timeout");
      expect(answer.toLowerCase()).toContain("connection: close");
      expect(answer).toContain("the body did not arrive in time");
    }
  });

  test("that are compressed are refused by name", async () => {
    await using served = servedHttp({ handlers: [echo] });
    const { server } = served;
    const post = (encoding: string) =>
      fetch(server.url, { method: "POST", headers: { "content-encoding": encoding }, body: "{}" });

    for (const encoding of ["gzip", "br", "identity, gzip"]) {
      const response = await post(encoding);
      expect(response.status).toBe(415);
      expect(response.headers.get("accept-encoding")).toBe("identity");
      expect(await response.json()).toMatchObject({
        code: "unsupported_encoding",
        detail: "body must not be compressed",
      });
    }
    expect((await post("Identity")).status).toBe(200);
  });

  test("that are not UTF-8 are invalid json", async () => {
    await using served = servedHttp({ handlers: [echo] });
    const { server } = served;

    const response = await fetch(server.url, { method: "POST", body: new Uint8Array([123, 255]) });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ detail: "invalid json", code: "invalid_json" });
  });
});

describe("hostile request heads", () => {
  test("get an error each, and the server goes on", async () => {
    await using served = servedHttp({ handlers: [() => new Response("fine")] });
    const { server } = served;
    const get = (target: string, headers = "") =>
      raw(server, `GET ${target} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);

    const many = Array.from({ length: 1_000 }, (_, n) => `h${n}: v\r\n`).join("");
    expect(await get(`/${"a".repeat(9_000)}`)).toContain("414 URI Too Long");
    expect(await get(`/${"a".repeat(100_000)}`)).toContain("431 ");
    expect(await get("/", many)).toContain("431 ");
    expect(await get("/", `h: ${"a".repeat(100_000)}\r\n`)).toContain("431 ");
    expect(await raw(server, "GET / HTTP/1.1\r\nhost: a b\r\n\r\n")).toContain("invalid url");
    expect(await raw(server, "GET / HTTP/1.1\r\n\r\n")).toContain("400 ");
    expect(await raw(server, new Uint8Array([0, 255, 13, 10, 13, 10]))).toContain("400 ");

    expect(await get("/")).toContain("fine");
  });
});
