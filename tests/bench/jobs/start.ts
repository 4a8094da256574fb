import { join, resolve } from "node:path";
import type { Bench } from "../bench.ts";
import type { Contender, Job, Row } from "../job.ts";
import { memoryOf } from "../memory.ts";
import { sagaDatabases } from "../saga-world.ts";

const repository = resolve(import.meta.dir, "../../..");
const READY_MAX_MS = 60_000;

/** How long it takes until something can be asked, and how much memory it then holds. */
export const start: Job = {
  name: "viii",
  title: "start: until it is ready, with databases and streams as the last run left them",
  seconds: (plan) => (plan.rounds + 1) * (plan.short ? 2 : 14),

  async open(bench, plan) {
    await using opened = new AsyncDisposableStack();
    const databases = await sagaDatabases(bench);
    const broker = opened.use(await bench.broker());
    const services = (["orders", "inventory"] as const).map((name) =>
      serviceStart(bench, name, { DATABASE_URL: databases[name].url, NATS_URL: broker.url }),
    );
    const dev = devRun(bench);
    // The first run makes the servers and the streams, which later ones find.
    for (const contender of [...services, ...(plan.short ? [] : [dev])]) await contender.run();
    const owned = opened.move();
    return {
      contenders: [...services, ...(plan.short ? [] : [dev])],
      rows: [...services.flatMap(rowsOf), devRow(dev.name)],
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

const rowsOf = ({ name }: Contender): readonly Row[] => [
  {
    name: `${name} is ready after`,
    contender: name,
    figure: "readyMs",
    unit: "ms",
    target: { kind: "most", first: 500, next: 250 },
  },
  {
    name: `${name}, memory when it is ready`,
    contender: name,
    figure: "mebibytes",
    unit: "MiB",
    target: { kind: "most", first: 120, next: 80 },
  },
];

const devRow = (contender: string): Row => ({
  name: "`bun run dev` is ready after",
  contender,
  figure: "readyMs",
  unit: "ms",
  target: { kind: "most", first: 5_000, next: 2_500 },
});

function serviceStart(
  bench: Bench,
  name: "orders" | "inventory",
  environment: Readonly<Record<string, string>>,
): Contender {
  return {
    name,
    async run() {
      const startedAt = performance.now();
      await using service = await bench.service(name, environment);
      const readyMs = performance.now() - startedAt;
      return {
        figures: { readyMs, mebibytes: memoryOf(service.process.pid) },
        done: 0,
        counts: async () => ({}),
      };
    },
  };
}

/** All of it: both servers, six services and the demo data, in a data directory of the bench's own. */
function devRun(bench: Bench): Contender {
  const QUICKBITE_DATA_DIRECTORY = join(bench.directory, "dev");
  return {
    name: "dev run",
    async run() {
      const { DATABASE_URL: _, NATS_URL: __, ...environment } = process.env;
      const startedAt = performance.now();
      const child = Bun.spawn([process.execPath, "tools/dev/boot.ts", "dev", "--ci"], {
        cwd: repository,
        env: { ...environment, QUICKBITE_DATA_DIRECTORY, NO_COLOR: "1" },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        timeout: READY_MAX_MS,
      });
      let readyMs: number | undefined;
      let output = "";
      const read = async (stream: ReadableStream<Uint8Array>) => {
        for await (const chunk of stream) {
          output += Buffer.from(chunk).toString();
          if (/Ready in \d/.test(output)) readyMs ??= performance.now() - startedAt;
        }
      };
      await Promise.all([read(child.stdout), read(child.stderr)]);
      const code = await child.exited;
      if (readyMs === undefined || code !== 0)
        throw new Error(`bun run dev ended with ${code}: ${output.slice(-2_000)}`);
      return { figures: { readyMs }, done: 0, counts: async () => ({}) };
    },
  };
}
