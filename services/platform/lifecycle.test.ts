import { describe, expect, test } from "bun:test";

const modulePath = (name: string) => JSON.stringify(new URL(name, import.meta.url).pathname);

/** Runs a service whose start is `body`, in a process of its own. */
function service(body: string, graceMs = 30_000) {
  const program = `
    import { runService } from ${modulePath("./lifecycle.ts")};
    import { readConfig } from ${modulePath("./config.ts")};
    import { natsUrl } from ${modulePath("./settings.ts")};
    import { z } from ${JSON.stringify(Bun.resolveSync("zod", import.meta.dir))};
    const alive = setInterval(() => undefined, 1_000);
    const never = new Promise(() => undefined);
    await runService({ name: "sample", graceMs: ${graceMs} }, async (service) => { ${body} });
  `;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "pipe" });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let output = "";

  const readUntil = async (wanted: string) => {
    while (!output.includes(wanted)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`ended with ${output}${await new Response(child.stderr).text()}`);
      output += decoder.decode(value, { stream: true });
    }
  };
  const ended = async () => {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      output += decoder.decode(chunk.value, { stream: true });
    }
    return { code: await child.exited, output, complaint: await new Response(child.stderr).text() };
  };
  return { child, readUntil, ended };
}

const say = (word: string) => `console.log(${JSON.stringify(word)});`;

describe("runService", () => {
  test("goes not ready, then closes last in, first out, and exits 0", async () => {
    const { child, readUntil, ended } = service(`
      service.onClose("database", () => { ${say("database closed")} });
      service.onClose("http", async (graceMs) => { console.log("http closed", graceMs > 10_000); });
      service.onDrain(() => { console.log("not ready", service.stopping.aborted); });
      ${say("started")}
    `);

    await readUntil("started");
    child.kill("SIGTERM");
    const { code, output } = await ended();

    expect(code).toBe(0);
    const steps = output.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
    expect(steps).toEqual(["started", "not ready true", "http closed true", "database closed"]);
    expect(output).toContain('"reason":"SIGTERM"');
  });

  test("exits 1 at the end of the grace period, naming what is late", async () => {
    const { child, readUntil, ended } = service(
      `
        service.onClose("database", () => { ${say("database closed")} });
        service.onClose("consumer", () => never);
        ${say("started")}
      `,
      50,
    );

    await readUntil("started");
    child.kill("SIGINT");
    const { code, output } = await ended();

    expect(code).toBe(1);
    expect(output).toContain('"message":"close took too long","what":"consumer"');
    expect(output).toContain("database closed");
  });

  test("exits at once on the second signal", async () => {
    const { child, readUntil, ended } = service(
      `
        service.onClose("consumer", () => { ${say("closing")} return never; });
        ${say("started")}
      `,
      60_000,
    );

    await readUntil("started");
    child.kill("SIGTERM");
    await readUntil("closing");
    child.kill("SIGTERM");

    expect((await ended()).code).toBe(130);
  });

  test("closes everything although one close fails", async () => {
    const { child, readUntil, ended } = service(`
      service.onClose("database", () => { ${say("database closed")} });
      service.onClose("broker", () => { throw new Error("not connected"); });
      ${say("started")}
    `);

    await readUntil("started");
    child.kill("SIGTERM");
    const { code, output } = await ended();

    expect(code).toBe(1);
    expect(output).toContain('"what":"broker"');
    expect(output).toContain("database closed");
  });

  test("closes what a failed start had opened, and exits 1", async () => {
    const { code, output } = await service(`
      service.onClose("database", () => { ${say("database closed")} });
      throw new Error("no broker");
    `).ended();

    expect(code).toBe(1);
    expect(output).toContain('"message":"start failed"');
    expect(output).toContain("no broker");
    expect(output).toContain("database closed");
  });

  test("tells a bad configuration in plain lines", async () => {
    const { code, complaint } = await service(
      `readConfig(z.object({ NATS_URL: natsUrl() }), {});`,
    ).ended();

    expect(code).toBe(1);
    expect(complaint).toContain(
      "NATS_URL is required (for example NATS_URL=nats://127.0.0.1:4222)",
    );
  });

  test("stops during a start that still waits, and exits 0", async () => {
    const { child, readUntil, ended } = service(`
      ${say("waiting")}
      await new Promise((_, reject) =>
        service.stopping.addEventListener("abort", () => reject(service.stopping.reason)));
    `);

    await readUntil("waiting");
    child.kill("SIGTERM");

    expect((await ended()).code).toBe(0);
  });

  test("outlives a rejection that nobody awaited, and stops in order on an exception", async () => {
    const { readUntil, ended } = service(`
      service.onClose("database", () => { ${say("database closed")} });
      void Promise.reject(new Error("forgotten"));
      setTimeout(() => { ${say("still here")} throw new Error("uncaught"); }, 20);
    `);

    await readUntil("still here");
    const { code, output } = await ended();

    expect(code).toBe(1);
    expect(output).toContain('"message":"unhandled rejection"');
    expect(output).toContain("database closed");
  });
});
