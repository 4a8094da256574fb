import { sql } from "drizzle-orm";
import { Gauge, type Registry } from "prom-client";
import type { Database } from "../postgres.ts";
import { differences, invariantsChecked, reconciled } from "./reconcile-tables.ts";

/** Exports what the core's checks of itself found, as the leader stored it: every replica tells the same. */
export function exportCheckMetrics(registry: Registry, { q }: Database): void {
  const registers = [registry];
  const unaccounted = new Gauge({
    name: "consumer_unaccounted_messages",
    help: "Messages that were acknowledged and left no trace; must be 0.",
    labelNames: ["consumer"],
    registers,
  });
  const lacking = new Gauge({
    name: "outbox_missing_messages",
    help: "Messages that were sent and that their stream lacks; must be 0.",
    labelNames: ["stream"],
    registers,
  });
  const uncompared = new Gauge({
    name: "reconciler_uncompared_messages",
    help: "How far the reconciler is from the end, in sequences.",
    labelNames: ["kind", "stream", "consumer"],
    registers,
  });
  new Gauge({
    name: "reconciler_last_look_seconds",
    help: "Time since the reconciler last looked.",
    labelNames: ["kind", "stream", "consumer"],
    registers,
    async collect() {
      for (const gauge of [this, unaccounted, lacking, uncompared]) gauge.reset();
      const sweeps = await q.execute<Swept>(sql`
        select kind, stream, consumer, greatest(target - sequence, 0) as left,
          extract(epoch from clock_timestamp() - at) as age,
          (select count(*) from ${differences} d where d.confirmed and d.kind = s.kind
            and d.stream = s.stream and d.consumer = s.consumer) as missing
        from ${reconciled} s`);
      for (const { kind, stream, consumer, left, age, missing } of sweeps) {
        const labels = { kind, stream, consumer };
        this.set(labels, Math.max(0, Number(age)));
        uncompared.set(labels, Number(left));
        if (kind === "sent") lacking.set({ stream }, Number(missing));
        else unaccounted.set({ consumer }, Number(missing));
      }
    },
  });

  const problems = new Gauge({
    name: "invariant_unchecked",
    help: "1 where the last look at an invariant could not be finished.",
    labelNames: ["invariant"],
    registers,
  });
  const ages = new Gauge({
    name: "invariant_last_look_seconds",
    help: "Time since an invariant was last looked at.",
    labelNames: ["invariant"],
    registers,
  });
  new Gauge({
    name: "invariant_breaches",
    help: "Rows that break an invariant, counted up to a thousand among the newest; must be 0.",
    labelNames: ["invariant"],
    registers,
    async collect() {
      for (const gauge of [this, problems, ages]) gauge.reset();
      const looks = await q
        .select({
          invariant: invariantsChecked.name,
          breaches: invariantsChecked.breaches,
          problem: invariantsChecked.problem,
          age: sql<string>`extract(epoch from clock_timestamp() - ${invariantsChecked.at})`,
        })
        .from(invariantsChecked);
      for (const { invariant, breaches, problem, age } of looks) {
        this.set({ invariant }, breaches);
        problems.set({ invariant }, problem === null ? 0 : 1);
        ages.set({ invariant }, Math.max(0, Number(age)));
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
