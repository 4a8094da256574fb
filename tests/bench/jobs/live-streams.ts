import { eventually } from "@app/platform/testing/eventually.ts";
import type { RunningService } from "@app/platform/testing/service.ts";
import type { Socket } from "bun";
import type { Contender, Job } from "../job.ts";
import { memoryOf } from "../memory.ts";
import { fillMenu } from "../stock.ts";

const SKU = "sku-0";
const HEARD_MAX_MS = 60_000;
/** So many connections are begun at a time. */
const OPENING_MAX = 50;

/** What it costs that many people have a page open, each hearing of changes as they come. */
export const liveStreams: Job = {
  name: "ix",
  title: "live pages: streams of stock through one web process",
  seconds: (plan) => (plan.rounds + 1) * (plan.short ? 3 : 15),

  async open(bench, plan) {
    await using opened = new AsyncDisposableStack();
    const database = await bench.database("inventory");
    await fillMenu(database.sql);
    const broker = opened.use(await bench.broker());
    const start = async (
      name: "inventory" | "web",
      environment: Readonly<Record<string, string>>,
    ) => {
      const service = opened.use(await bench.service(name, environment));
      opened.defer(() => service.process.kill());
      return service;
    };
    const inventory = await start("inventory", {
      DATABASE_URL: database.url,
      NATS_URL: broker.url,
      STREAMS_PER_CALLER_MAX: "100000",
    });
    const web = await start("web", { INVENTORY_URL: inventory.url });
    const contender = pages({ web, inventory, count: plan.short ? 50 : 1_000 });
    await contender.run();
    const owned = opened.move();
    return {
      contenders: [contender],
      rows: [
        {
          name: "web, memory with all of them open",
          contender: contender.name,
          figure: "mebibytes",
          unit: "MiB",
          target: { kind: "most", first: 300, next: 200 },
        },
        {
          name: "all of them have heard of one change after",
          contender: contender.name,
          figure: "heardMs",
          unit: "ms",
        },
      ],
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

interface Watched {
  readonly web: RunningService;
  readonly inventory: RunningService;
  readonly count: number;
}

function pages({ web, inventory, count }: Watched): Contender {
  return {
    name: `${count} streams`,
    async run() {
      const open: Page[] = [];
      try {
        for (let at = 0; at < count; at += OPENING_MAX) {
          const numbers = Array.from(
            { length: Math.min(OPENING_MAX, count - at) },
            (_, n) => at + n,
          );
          open.push(...(await Promise.all(numbers.map((number) => openPage(web.url, number)))));
          await heardBy(open, 1);
        }
        const restock = `${inventory.url}/v1/items/${SKU}/restock`;
        const startedAt = performance.now();
        const { ok, status } = await fetch(restock, { method: "POST", body: '{"quantity":1}' });
        if (!ok) throw new Error(`the stock was not changed: ${status}`);
        await heardBy(open, 2);
        const heardMs = performance.now() - startedAt;
        const mebibytes = memoryOf(web.process.pid);
        const heard = open.filter(({ messages }) => messages() === 2).length;
        return {
          figures: { mebibytes, heardMs },
          done: count,
          counts: async () => ({ "opened streams": count, "heard the change once": heard }),
        };
      } finally {
        for (const page of open) page.close();
      }
    },
  };
}

interface Page {
  /** How many messages came so far. */
  messages(): number;
  close(): void;
}

/** Opens a stream as a browser does; `fetch` would cost more than what is measured. */
async function openPage(url: string, number: number): Promise<Page> {
  const { hostname, port, host } = new URL(url);
  let received = "";
  const socket: Socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data: (_, data) => {
        received += data.toString("latin1");
      },
    },
  });
  const body = `{"skus":["${SKU}"]}`;
  // Its length stands before a message of a stream.
  const envelope = `\0\0\0\0${String.fromCharCode(body.length)}${body}`;
  const head = [
    "POST /inventory.v1.InventoryService/WatchStock HTTP/1.1",
    `Host: ${host}`,
    "Content-Type: application/connect+json",
    // Each page is somebody else's.
    `X-Forwarded-For: 203.0.${number >> 8}.${number & 255}`,
    `Content-Length: ${envelope.length}`,
  ].join("\r\n");
  socket.write(Buffer.from(`${head}\r\n\r\n${envelope}`, "latin1"));
  return {
    messages: () => received.split('"available"').length - 1,
    close: () => socket.end(),
  };
}

const heardBy = (pages: readonly Page[], times: number) =>
  eventually(() => pages.every(({ messages }) => messages() >= times), {
    deadlineMs: HEARD_MAX_MS,
    everyMs: 5,
  });
