import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { authenticator } from "./auth.ts";
import { watchedCertificate } from "./certificate.ts";
import { systemClock } from "./clock.ts";
import { elysiaHandler, httpApp } from "./elysia-app.ts";
import type { FetchHandler } from "./http.ts";
import { serveHttps } from "./https.ts";
import { systemRandom } from "./random.ts";
import { contextOf } from "./request-context.ts";
import { type TemporaryCertificate, temporaryCertificate } from "./testing/certificates.ts";
import { eventually } from "./testing/eventually.ts";
import { recordedLog } from "./testing/recorded-log.ts";

async function served(files: TemporaryCertificate, handler: FetchHandler, port = 0) {
  const { log, lines } = recordedLog();
  const certificate = await watchedCertificate(files, { clock: systemClock, log });
  const server = await serveHttps({
    port,
    hostname: "127.0.0.1",
    health: () => undefined,
    handlers: [handler],
    authenticate: authenticator("optional"),
    log,
    clock: systemClock,
    random: systemRandom,
    certificate,
    lookEveryMs: 5,
  });
  return { server, lines, certificate, [Symbol.asyncDispose]: () => server.stop(0) };
}

/** A new connection that trusts exactly the certificate in the file. */
function trusting(url: string, { certFile }: TemporaryCertificate): Promise<Response> {
  const tls = { ca: readFileSync(certFile, "utf8") };
  return fetch(url, { tls, keepalive: false });
}

/** The serial number of the certificate that a new connection is shown. */
function shownBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.on("error", reject);
  });
}

// Each certificate is made by a process of its own.
setDefaultTimeout(120_000);

const hello: FetchHandler = () => new Response("hello");

describe("serveHttps", () => {
  test("proves by name and by address that it is who it says", async () => {
    await using files = await temporaryCertificate();
    await using running = await served(files, hello);
    const { port } = running.server;

    for (const host of ["localhost", "127.0.0.1"]) {
      const answer = await trusting(`https://${host}:${port}/`, files);
      expect(await answer.text()).toBe("hello");
    }

    expect(running.server.url).toBe(`https://127.0.0.1:${port}`);
    await using stranger = await temporaryCertificate();
    await expect(trusting(`https://localhost:${port}/`, stranger)).rejects.toThrow();
  });

  test("finds the routes of an app, and hands it what was sent", async () => {
    await using files = await temporaryCertificate();
    const app = httpApp({ "POST /things": "public", "GET /things/:id": "public" })
      .post("/things", ({ body }) => ({ body }))
      .get("/things/:id", ({ params, query }) => ({ ...params, ...query }));
    await using running = await served(files, elysiaHandler(app));
    const tls = { ca: readFileSync(files.certFile, "utf8") };
    const url = `https://localhost:${running.server.port}/things`;

    const made = await fetch(url, { tls, method: "POST", body: `{"name":"chair"}` });
    const found = await fetch(`${url}/17?colour=red`, { tls });
    const head = await fetch(`${url}/17`, { tls, method: "HEAD" });

    expect(await made.json()).toEqual({ body: { name: "chair" } });
    expect(await found.json()).toEqual({ id: "17", colour: "red" });
    expect(head.status).toBe(200);
  });

  test("takes up a new certificate, and finishes what began under the old one", async () => {
    await using files = await temporaryCertificate();
    const arrived = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    await using running = await served(files, async ({ url }) => {
      if (!url.endsWith("/slow")) return new Response("quick");
      arrived.resolve();
      await finish.promise;
      return new Response("slow");
    });
    const { port } = running.server;
    const before = await shownBy(port);
    const slow = trusting(`https://localhost:${port}/slow`, files);
    await arrived.promise;

    await files.renew();
    await eventually(async () => (await shownBy(port)) !== before);

    expect(await (await trusting(`https://localhost:${port}/`, files)).text()).toBe("quick");
    finish.resolve();
    expect(await (await slow).text()).toBe("slow");
    expect(running.lines).toContainEqual(
      expect.objectContaining({ message: "serving with a new certificate", port }),
    );
  });

  test("drops nobody, however often the certificate changes", async () => {
    await using files = await temporaryCertificate();
    await using other = await temporaryCertificate();
    await using running = await served(files, hello);
    const { port } = running.server;
    const pairs = [files, other].map(({ certFile, keyFile }) => ({
      cert: readFileSync(certFile, "utf8"),
      key: readFileSync(keyFile, "utf8"),
    }));
    const enough = new AbortController();
    const answers: string[] = [];
    const calling = Array.from({ length: 4 }, async () => {
      while (!enough.signal.aborted) {
        const tls = { rejectUnauthorized: false };
        const answer = await fetch(`https://localhost:${port}/`, { tls, keepalive: false });
        answers.push(await answer.text());
      }
    });

    for (let nth = 1; nth <= 20; nth += 1) {
      const before = await shownBy(port);
      const pair = pairs[nth % 2];
      files.write("keyFile", pair?.key ?? "");
      files.write("certFile", pair?.cert ?? "");
      await eventually(async () => (await shownBy(port)) !== before);
    }
    enough.abort();
    await Promise.all(calling);

    expect(answers.length).toBeGreaterThan(20);
    expect(new Set(answers)).toEqual(new Set(["hello"]));
  });

  test("tells callers apart by their own address, and hands on large bodies whole", async () => {
    await using files = await temporaryCertificate();
    await using running = await served(files, async (request) => {
      const { length } = await request.text();
      return Response.json({
        address: contextOf(request).address,
        length,
        back: "y".repeat(length),
      });
    });
    const tls = { ca: readFileSync(files.certFile, "utf8") };
    const body = "x".repeat(60_000);

    const answer = await fetch(running.server.url, { tls, method: "POST", body });

    expect(await answer.json()).toEqual({
      address: "127.0.0.1",
      length: 60_000,
      back: "y".repeat(60_000),
    });
  });

  test.each([
    ["no certificate", "certFile", "garbage"],
    ["an empty certificate", "certFile", ""],
    ["no key", "keyFile", "garbage"],
  ] as const)(
    "keeps the old certificate while the new files are %s, and says so once",
    async (_, file, text) => {
      await using files = await temporaryCertificate();
      await using running = await served(files, hello);
      const { port } = running.server;
      const before = await shownBy(port);

      files.write(file, text);
      await eventually(() => complaintsIn(running) > 0);
      const meanwhile = await shownBy(port);
      await files.renew();
      await eventually(async () => (await shownBy(port)) !== before);

      expect(meanwhile).toBe(before);
      // The new certificate and its key are two writes: between them they do not belong together.
      expect(complaintsIn(running)).toBeLessThanOrEqual(2);
    },
  );

  test("does not take up a certificate without its key", async () => {
    await using files = await temporaryCertificate();
    await using other = await temporaryCertificate();
    await using running = await served(files, hello);
    const before = await shownBy(running.server.port);

    files.write("certFile", readFileSync(other.certFile, "utf8"));
    await eventually(() => complaintsIn(running) > 0);
    const meanwhile = await shownBy(running.server.port);
    files.write("keyFile", readFileSync(other.keyFile, "utf8"));

    await eventually(async () => (await shownBy(running.server.port)) !== before);
    expect(meanwhile).toBe(before);
    expect(complaintsIn(running)).toBe(1);
  });

  test("does not share a port with a stranger", async () => {
    await using files = await temporaryCertificate();
    await using first = await served(files, hello);

    const second = served(files, hello, first.server.port);

    await expect(second).rejects.toThrow(`port ${first.server.port} on 127.0.0.1 is taken`);
  });

  test("fails to start without a certificate, and names the setting and not the content", async () => {
    await using files = await temporaryCertificate();
    files.write("keyFile", "secret, but no key");

    await expect(served(files, hello)).rejects.toThrow(
      "the file of TLS_KEY_FILE is no PEM that can be read",
    );
  });

  test("is not well in the last week of its certificate", async () => {
    await using files = await temporaryCertificate({ days: 3 });
    await using running = await served(files, hello);

    const probe = async () => running.certificate.check.probe(new AbortController().signal);

    await expect(probe()).rejects.toThrow(/^expires at /);
    await files.renew({ days: 30 });
    await eventually(probe);
  });
});

function complaintsIn({ lines }: { readonly lines: readonly { readonly message: string }[] }) {
  return lines.filter(({ message }) => message.startsWith("new certificate is not usable")).length;
}
