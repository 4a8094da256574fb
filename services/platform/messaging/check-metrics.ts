import { sql } from "drizzle-orm";
import { Gauge, type Registry } from "prom-client";
import { sharedRead } from "../metrics.ts";
import type { Database } from "../postgres.ts";
import { differences, invariantsChecked, reconciled } from "./reconcile-tables.ts";

/** Exports what the core's checks of itself found, as the leader stored it: every replica tells the same. */
export function exportCheckMetrics(registry: Registry, db: Database): void {
  const sweeps = sharedRead(() => readSweeps(db));
  const looks = sharedRead(() => readLooks(db));
  const registers = [registry];
  const ofSweep = ["kind", "stream", "consumer"];

  new Gauge({
    name: "consumer_unaccounted_messages",
    help: "Messages that were acknowledged and left no trace; must be 0.",
    labelNames: ["consumer"],
    registers,
    async collect() {
      const rows = await sweeps();
      this.reset();
      for (const { kind, consumer, missing } of rows) {
        if (kind === "received") this.set({ consumer }, Number(missing));
      }
    },
  });
  new Gauge({
    name: "outbox_missing_messages",
    help: "Messages that were sent and that their stream lacks; must be 0.",
    labelNames: ["stream"],
    registers,
    async collect() {
      const rows = await sweeps();
      this.reset();
      for (const { kind, stream, missing } of rows) {
        if (kind === "sent") this.set({ stream }, Number(missing));
      }
    },
  });
  new Gauge({
    name: "reconciler_uncompared_messages",
    help: "How far the reconciler is from the end, in sequences.",
    labelNames: ofSweep,
    registers,
    async collect() {
      const rows = await sweeps();
      this.reset();
      for (const { kind, stream, consumer, left } of rows) {
        this.set({ kind, stream, consumer }, Number(left));
      }
    },
  });
  new Gauge({
    name: "reconciler_last_look_seconds",
    help: "Time since the reconciler last looked.",
    labelNames: ofSweep,
    registers,
    async collect() {
      const rows = await sweeps();
      this.reset();
      for (const { kind, stream, consumer, age } of rows) {
        this.set({ kind, stream, consumer }, Math.max(0, Number(age)));
      }
    },
  });

  const labelNames = ["invariant"];
  new Gauge({
    name: "invariant_breaches",
    help: "Rows that break an invariant, counted up to a thousand among the newest; must be 0.",
    labelNames,
    registers,
    async collect() {
      const rows = await looks();
      this.reset();
      for (const { invariant, breaches } of rows) this.set({ invariant }, breaches);
    },
  });
  new Gauge({
    name: "invariant_unchecked",
    help: "1 where the last look at an invariant could not be finished.",
    labelNames,
    registers,
    async collect() {
      const rows = await looks();
      this.reset();
      for (const { invariant, problem } of rows) {
        this.set({ invariant }, problem === null ? 0 : 1);
      }
    },
  });
  new Gauge({
    name: "invariant_last_look_seconds",
    help: "Time since an invariant was last looked at.",
    labelNames,
    registers,
    async collect() {
      const rows = await looks();
      this.reset();
      for (const { invariant, age } of rows) {
        this.set({ invariant }, Math.max(0, Number(age)));
      }
    },
  });
}

interface Swept extends Record<string, unknown> {
  readonly kind: "received" | "sent";
  readonly stream: string;
  readonly consumer: string;
  readonly left: string;
  readonly age: string;
  readonly missing: string;
}

async function readSweeps({ q }: Database): Promise<readonly Swept[]> {
  return q.execute<Swept>(sql`
    select kind, stream, consumer, greatest(target - sequence, 0) as left,
      extract(epoch from clock_timestamp() - at) as age,
      (select count(*) from ${differences} d where d.confirmed and d.kind = s.kind
        and d.stream = s.stream and d.consumer = s.consumer) as missing
    from ${reconciled} s`);
}

async function readLooks({ q }: Database) {
  return q
    .select({
      invariant: invariantsChecked.name,
      breaches: invariantsChecked.breaches,
      problem: invariantsChecked.problem,
      age: sql<string>`extract(epoch from clock_timestamp() - ${invariantsChecked.at})`,
    })
    .from(invariantsChecked);
}
