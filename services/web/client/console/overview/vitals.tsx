import { Skeleton } from "../../kit/skeleton.tsx";
import { count, duration } from "../../lib/format.ts";
import type { Filters } from "../filters.ts";
import { type ConsolePath, GoTo } from "../go-to.tsx";
import { type Sample, valuesOf } from "./history.ts";
import { Spark } from "./spark.tsx";
import type { Summary } from "./summary.ts";

interface Vital {
  readonly name: string;
  readonly tone: "ok" | "warn" | "bad";
  readonly value: string;
  readonly unit?: string;
  readonly says: string;
  /** As the history calls it. */
  readonly past: string;
  /** Where it is told in full; what breaks an invariant stands beside. */
  readonly to?: ConsolePath;
  readonly search?: Filters;
}

/** Older than this is not just written. */
const unsentLateMs = 5_000;
const unsentBadMs = 60_000;
/** A consumer may have so much in hand without being behind. */
const lagLate = 100;
const lagLateMs = 5_000;

/** The five numbers that tell at a glance whether somebody is needed. */
export function Vitals({
  summary,
  samples,
}: {
  readonly summary: Summary;
  readonly samples: readonly Sample[];
}) {
  if (summary.lastAt === 0) return <VitalsAwaited />;
  return (
    <section className="card vitals" aria-label="Vital signs">
      {vitalsOf(summary, Date.now()).map((vital) => (
        <VitalCell key={vital.name} vital={vital} samples={samples} />
      ))}
    </section>
  );
}

function VitalCell({
  vital: { name, tone, value, unit, says, past, to, search = {} },
  samples,
}: {
  readonly vital: Vital;
  readonly samples: readonly Sample[];
}) {
  const className = `vital vital--${tone}`;
  const inside = (
    <>
      <span className="vital__n">{name}</span>
      <span className="vital__v num">
        {value}
        {unit !== undefined && <small>{unit}</small>}
      </span>
      <span className="vital__s">{says}</span>
      <Spark values={valuesOf(samples, past)} />
    </>
  );
  if (to === undefined) return <div className={className}>{inside}</div>;
  return (
    <GoTo className={className} to={to} search={search}>
      {inside}
    </GoTo>
  );
}

export function vitalsOf(summary: Summary, nowMs: number): readonly Vital[] {
  const { oldestUnsent, largestLag, undecided } = summary;
  const unsentMs = oldestUnsent?.ageMs ?? 0;
  const lag = largestLag?.messages ?? 0;
  const lagMs = largestLag?.ageMs ?? 0;
  const checked = summary.checkedAt;
  return [
    {
      name: "Oldest unsent row",
      tone: unsentMs > unsentBadMs ? "bad" : unsentMs > unsentLateMs ? "warn" : "ok",
      ...spanOf(unsentMs),
      says: oldestUnsent
        ? `${oldestUnsent.service}, ${count(summary.unsent)} waiting`
        : "every outbox is empty",
      past: "oldest unsent",
      to: "/console/streams",
    },
    {
      name: "Largest lag",
      tone: lag > lagLate || lagMs > lagLateMs ? "warn" : "ok",
      value: count(lag),
      unit: lag === 1 ? "message" : "messages",
      says:
        largestLag && lag > 0
          ? `${largestLag.consumer}${lagMs > 0 ? `, ${duration(lagMs)} behind` : ""}`
          : "every consumer keeps up",
      past: "largest lag",
      to: "/console/streams",
    },
    {
      name: "Dead letters",
      tone: summary.deadLetters > 0 ? "bad" : "ok",
      value: count(summary.deadLetters),
      says:
        summary.deadLastHour > 0
          ? `${count(summary.deadLastHour)} new in the last hour`
          : "no new one in the last hour",
      past: "dead letters",
      to: "/console/dead-letters",
    },
    {
      name: "Stuck orders",
      tone: undecided.count > 0 ? "warn" : "ok",
      value: count(undecided.count),
      says: undecided.oldest
        ? `${undecided.oldest.key.replace("/", " ")}, waiting ${duration(nowMs - Date.parse(undecided.oldest.since))}`
        : "every order is decided in time",
      past: "stuck orders",
      ...(undecided.oldest
        ? { to: "/console/follow" as const, search: { of: undecided.oldest.key } }
        : { to: "/console/sagas" as const }),
    },
    {
      name: "Conservation difference",
      tone: summary.differences > 0 ? "bad" : "ok",
      value: count(summary.differences),
      says:
        summary.broken.length > 0
          ? summary.broken.join(", ")
          : checked === undefined
            ? "not checked yet"
            : `${count(summary.invariants)} checks, ${duration(Math.max(0, nowMs - Date.parse(checked)))} ago`,
      past: "differences",
    },
  ];
}

/** A span as a large number and its unit. */
function spanOf(ms: number): { readonly value: string; readonly unit: string } {
  const [value = "0", ...unit] = duration(ms).split(/\s/);
  return { value, unit: unit.join(" ") };
}

function VitalsAwaited() {
  const names = ["unsent", "lag", "letters", "orders", "differences"];
  return (
    <Skeleton label="Asking every service" className="vitals card">
      {names.map((name) => (
        <div className="vital" key={name}>
          <div className="skel vital__bone" />
        </div>
      ))}
    </Skeleton>
  );
}
