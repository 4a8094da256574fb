import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { scratchDirectory } from "@app/dev/test-infrastructure/scratch.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type TemporaryBroker, temporaryBroker } from "@app/platform/testing/nats.ts";
import { type StagedImage, stageImage } from "../images/stage-image.ts";

setDefaultTimeout(300_000);

const services = ["orders", "inventory", "events", "bookings", "users", "reviews"] as const;
/** As `openssl rand -base64 32` makes one. */
const secret = Buffer.alloc(32, "s").toString("base64");

describe("what an image holds, staged by the lines of the Dockerfile", () => {
  const directory = join(scratchDirectory(), "images", crypto.randomUUID());
  let nats: TemporaryBroker;
  beforeAll(async () => {
    nats = await temporaryBroker();
  });
  afterAll(() => nats[Symbol.asyncDispose]());

  // Each is some hundred megabytes.
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const staged = (workspace: string) => stageImage(workspace, join(directory, workspace));

  test.each(services)("prepares a database, serves and stops as %s", async (service) => {
    await using database = await temporaryDatabase(service);
    const image = await staged(`services/${service}`);
    const settings = {
      AUTH: "required",
      DATABASE_URL: database.url,
      NATS_URL: nats.url,
      JWKS_URL: "http://127.0.0.1:9/keys",
      SIGNING_KEY_SECRET: secret,
      AUTHOR_SECRET: secret,
      ...(await freePorts()),
    };

    const prepared = start(image, ["migrate"], settings);
    expect([await prepared.exited, await prepared.said]).toEqual([0, expect.any(String)]);

    const serving = start(image, [], settings);
    await answers(serving, `http://127.0.0.1:${settings.PORT}/readyz`);
    serving.kill("SIGTERM");
    expect([await serving.exited, await serving.said]).toEqual([0, expect.any(String)]);
  });

  test("serves the pages that it was built with as web", async () => {
    const image = await staged("services/web");
    const settings = await freePorts();

    const serving = start(image, [], settings);
    const page = await answers(serving, `http://127.0.0.1:${settings.PORT}/`);

    const [script = ""] = /\/assets\/[\w-]+\.js/.exec(page) ?? [];
    await answers(serving, `http://127.0.0.1:${settings.PORT}${script}`);
    serving.kill("SIGTERM");
    expect(await serving.exited).toBe(0);
  });

  test("says what it can do as qb", async () => {
    const image = await staged("tools/qb");

    const told = start(image, ["--help"], {});

    expect(await told.exited).toBe(0);
    expect(await told.said).toContain("doctor");
  });
});

const freePorts = async () => ({
  PORT: String(await freePort()),
  GRPC_PORT: String(await freePort()),
  METRICS_PORT: String(await freePort()),
});

/** The image's own command with these arguments, where it would run and with no more than it would know. */
function start(
  { command, workingDirectory, environment }: StagedImage,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
) {
  const child = Bun.spawn([...command, ...args], {
    cwd: workingDirectory,
    env: { PATH: process.env.PATH, HOME: workingDirectory, ...environment, ...settings },
    stdout: "pipe",
    stderr: "pipe",
  });
  const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()];
  return Object.assign(child, { said: Promise.all(texts).then((said) => said.join("\n")) });
}

/** Waits until this is answered well; fails with what was said when the command ends before. */
async function answers(serving: ReturnType<typeof start>, url: string): Promise<string> {
  try {
    return await eventually(
      async () => {
        if (serving.exitCode !== null) throw new Error(`it ended with ${serving.exitCode}`);
        const answer = await fetch(url);
        expect(answer.status).toBe(200);
        return answer.text();
      },
      { deadlineMs: 60_000 },
    );
  } catch (error) {
    serving.kill("SIGKILL");
    throw new Error(await serving.said, { cause: error });
  }
}
