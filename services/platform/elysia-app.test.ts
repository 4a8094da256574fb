import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { z } from "zod";
import { elysiaHandler, httpApp } from "./elysia-app.ts";
import { Refusal } from "./errors.ts";
import { requireJsonObject } from "./json-body.ts";
import { contextOf } from "./request-context.ts";
import { eventStream, type ServerSentEvent } from "./server-sent-events.ts";
import { servedHttp } from "./testing/served-http.ts";

async function* endless(): AsyncGenerator<ServerSentEvent> {
  await new Promise(() => undefined);
}

const routes = new Elysia({ prefix: "/v1/orders" })
  .get("/fault", () => {
    throw new Error("canary: table orders");
  })
  .get("/refused", () => {
    throw new Refusal("conflict", "sku_exists", "sku exists");
  })
  .post("/", ({ body, status }) => status(202, requireJsonObject(body)))
  .post("/:id/cancel", ({ body, params }) => ({ id: params.id, body }))
  .get("/:id", ({ params }) => params.id, { params: z.object({ id: z.string().regex(/^\d+$/) }) })
  .post("/typed", ({ body }) => body, { body: z.object({ n: z.number("n must be a number") }) });

const access = {
  "GET /v1/orders/fault": "user",
  "GET /v1/orders/refused": "user",
  "POST /v1/orders": "user",
  "POST /v1/orders/:id/cancel": "user",
  "GET /v1/orders/:id": "user",
  "POST /v1/orders/typed": "user",
  "GET /stream": "public",
} as const;

const handle = elysiaHandler(httpApp(access).use(routes));

async function call(method: string, path: string, body?: string) {
  const init = { method, ...(body === undefined ? {} : { body }) };
  const response = await handle(new Request(`http://localhost:8080${path}`, init));
  if (response === undefined) throw new Error("the app left the request to others");
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe("httpApp", () => {
  test("answers nobody on a route of which nobody stated who may call it", async () => {
    let called = 0;
    const count = () => ++called;
    const app = httpApp({ "GET /stated": "public", "POST /other": "public" })
      .get("/stated", count)
      .get("/other", count)
      .post("/forgotten/:id", count);
    const statusOf = async (method: string, path: string) =>
      (await app.handle(new Request(`http://localhost${path}`, { method }))).status;

    expect(await statusOf("GET", "/stated")).toBe(200);
    expect(await statusOf("GET", "/stated/")).toBe(200);
    expect(await statusOf("GET", "/other")).toBe(500);
    expect(await statusOf("POST", "/forgotten/1")).toBe(500);
    expect(called).toBe(2);
  });

  test("lets no kind of route past the rules", async () => {
    const app = httpApp({})
      .get("/text", "text")
      .get("/response", new Response("response"))
      .all("/all", () => "all")
      .use(new Elysia({ prefix: "/plugin" }).get("/", () => "plugin"))
      .use(Promise.resolve(new Elysia().get("/later", () => "later")))
      .mount("/mounted", () => new Response("mounted"));
    await app.modules;

    for (const path of ["/text", "/response", "/all", "/plugin", "/later", "/mounted/anything"]) {
      const response = await app.handle(new Request(`http://localhost${path}`));
      expect({ path, status: response.status }).toEqual({ path, status: 500 });
    }
  });

  test("tells who may not call nothing about the body", async () => {
    const app = httpApp({ "POST /mine": "signed in" }).post("/mine", ({ body }) => body, {
      body: z.object({ n: z.number() }),
    });

    for (const body of ["{", "{}", '{"n":1}']) {
      const request = new Request("http://localhost/mine", { method: "POST", body });
      expect((await app.handle(request)).status).toBe(401);
    }
  });

  test("answers with what a route returns", async () => {
    expect(await call("GET", "/v1/orders/17")).toMatchObject({ status: 200, text: "17" });
    expect(await call("POST", "/v1/orders", '{"a":1}')).toMatchObject({
      status: 202,
      text: '{"a":1}',
    });
  });

  test.each(["x", "api", "api:80"])("finds routes behind the host name %s", async (host) => {
    const response = await handle(new Request(`http://${host}/v1/orders/17`));

    expect(await response?.text()).toBe("17");
  });

  test("turns a refusal into its problem and hides a fault", async () => {
    const refused = await call("GET", "/v1/orders/refused");
    const fault = await call("GET", "/v1/orders/fault");

    expect(refused.status).toBe(409);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(JSON.parse(refused.text)).toMatchObject({ detail: "sku exists", code: "sku_exists" });
    expect(fault.status).toBe(500);
    expect(fault.text).not.toContain("canary");
  });

  test("parses every body strictly, whatever it claims to be", async () => {
    for (const body of ["{", "[]", "a=b", ""]) {
      const { status, text } = await call("POST", "/v1/orders", body);
      expect(status).toBe(400);
      expect(text).toContain('"detail":"invalid json"');
      expect(text).toContain('"code":"invalid_json"');
    }
    const untyped = await call("POST", "/v1/orders/typed");
    expect(JSON.parse(untyped.text)).toMatchObject({
      detail: "invalid json",
      code: "invalid_json",
    });
  });

  test("gives null for an absent body", async () => {
    expect((await call("POST", "/v1/orders/7/cancel")).text).toBe('{"id":"7","body":null}');
  });

  test("names the parameter that does not decode or does not fit", async () => {
    for (const id of ["%zz", "%ff", "%00", "x"]) {
      const { status, text } = await call("GET", `/v1/orders/${id}`);
      expect({ status, text }).toMatchObject({
        status: 400,
        text: expect.stringContaining("invalid id"),
      });
    }
    expect((await call("POST", "/v1/orders/1%002/cancel")).text).toContain("invalid id");
    for (const escaped of ["%00", "%ff", "%zz", "%", "%E0%A4"]) {
      const { status, text } = await call("GET", `/v1/orders/7?a=b+c&userId=x${escaped}&b=%20`);
      expect(status).toBe(400);
      expect(text).toContain("invalid userId");
    }
    expect((await call("GET", "/v1/orders/7?%ff=1")).text).toContain("invalid query");
    expect((await call("GET", "/v1/orders/7?a=%E2%82%AC&b")).status).toBe(200);
  });

  test("tells what a schema found in the schema's words, without the input", async () => {
    const { status, text } = await call("POST", "/v1/orders/typed", '{"n":"canary"}');

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ detail: "n must be a number" });
    expect(text).not.toContain("canary");
  });

  test("answers HEAD as GET without its body, and opens no stream for it", async () => {
    const left = Promise.withResolvers<void>();
    const source = (signal: AbortSignal) => {
      signal.addEventListener("abort", () => left.resolve());
      return endless();
    };
    const { signal } = new AbortController();
    const stream = ({ request }: { readonly request: Request }) =>
      eventStream(source, { context: contextOf(request), signal });
    const app = httpApp(access).use(routes).get("/stream", stream);
    await using served = servedHttp({ handlers: [elysiaHandler(app)] });
    const head = (path: string) => fetch(`${served.server.url}${path}`, { method: "HEAD" });

    const [order, opened, wrong] = [
      await head("/v1/orders/17"),
      await head("/stream"),
      await head("/v1/orders"),
    ];

    expect(order.headers.get("content-length")).toBe("2");
    expect(opened.headers.get("content-type")).toStartWith("text/event-stream");
    expect(wrong.status).toBe(405);
    expect(served.lines[0]).toMatchObject({ method: "HEAD", status: 200 });
    await left.promise;
  });

  test("tells an unknown path from a wrong method", async () => {
    const wrong = await call("DELETE", "/v1/orders/7");

    expect((await call("GET", "/nowhere")).status).toBe(404);
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toBe("GET");
  });
});
