import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Bench } from "../bench.ts";
import type { Contender, Job, Row } from "../job.ts";
import { sagaDatabases } from "../saga-world.ts";

const repository = resolve(import.meta.dir, "../../..");
const READY_MAX_MS = 60_000;

/** How long it takes until something can be asked, and how much memory it then holds. */
export const start: Job = {
  name: "viii",
  title: "start: until it is ready, with databases and streams as the last run left them",
  seconds: (plan) => 20 + (plan.rounds + 1) * 14,

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
      await using service = await bench.service(name, environment);
      const { startMs, pid } = service.process;
      return {
        figures: { readyMs: startMs, mebibytes: memoryOf(pid) },
        done: 1,
        counts: async () => ({}),
      };
    },
  };
}

/** All of it: both servers, five services and the demo data, in a data directory of the bench's own. */
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
        stderr: "inherit",
        timeout: READY_MAX_MS,
      });
      let readyMs: number | undefined;
      let output = "";
      for await (const chunk of child.stdout) {
        output += Buffer.from(chunk).toString();
        if (readyMs === undefined && /Ready in \d/.test(output))
          readyMs = performance.now() - startedAt;
      }
      const code = await child.exited;
      if (readyMs === undefined || code !== 0)
        throw new Error(`bun run dev ended with ${code}: ${output.slice(-2_000)}`);
      return { figures: { readyMs }, done: 1, counts: async () => ({}) };
    },
  };
}

/** What a process holds in memory, as Linux tells it; the tables leave out what is not known. */
export function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
