import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { type RunningService, startService } from "./service.ts";

const program = join(import.meta.dir, "fixtures/greeter.ts");
const greeter = (environment: Record<string, string> = {}) =>
  startService("greeter", environment, { program });

describe("startService", () => {
  test("runs a program on free ports until it is ready, and reads its log", async () => {
    await using service = await greeter({ GREETING: "hello" });

    expect(await greeting(service)).toBe("hello");
    expect(service.logs()).toContainEqual({ level: "info", message: "ready" });
  });

  test("kills and restarts it on the same ports", async () => {
    await using service = await greeter();
    const { pid } = service.process;

    await service.process.kill();
    expect(await service.process.exited).toEqual({ code: null, signal: "SIGKILL" });
    await service.process.restart();

    expect(service.process.pid).not.toBe(pid);
    expect(await greeting(service)).toBe("hi");
  });

  test("a paused service keeps silent until it is resumed", async () => {
    await using service = await greeter();

    service.process.pause();
    await expect(greeting(service, AbortSignal.timeout(50))).rejects.toThrow("timed out");
    service.process.resume();

    expect(await greeting(service)).toBe("hi");
  });

  test("stops it by SIGTERM, so that it can drain", async () => {
    await using service = await greeter();

    await service.process.stop();

    expect(await service.process.exited).toEqual({ code: 0, signal: null });
    await eventually(() => service.logs().some(({ message }) => message === "drained"));
  });

  test("a service that ends while starting fails with its last words", async () => {
    const failure = greeter({ GREETING: "" });

    await expect(failure).rejects.toThrow(/greeter ended while starting.*GREETING is empty/s);
  });
});

async function greeting({ url }: RunningService, signal?: AbortSignal): Promise<string> {
  return (await fetch(url, signal ? { signal } : {})).text();
}
