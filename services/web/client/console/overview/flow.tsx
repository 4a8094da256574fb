import { streams } from "@app/contracts/topology.ts";
import type { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import { Icon } from "../../kit/icon.tsx";
import { count, duration } from "../../lib/format.ts";
import type { Answer } from "../ask.ts";
import { GoTo } from "../go-to.tsx";
import { bytesText, rateText } from "../quantities.ts";
import { rateOf, type Sample } from "./history.ts";

/** Rates are of so long a while: shorter ones jump, longer ones are late. */
const rateWithinMs = 20_000;

export interface FlowProps {
  readonly answers: readonly Answer<OverviewView>[];
  readonly samples: readonly Sample[];
}

/** Who publishes to what, and who listens, as the contracts declare it, with what flows now. */
export function Flow({ answers, samples }: FlowProps) {
  const flowing = streams.filter(({ owner }) => owner !== "platform");
  return (
    <section className="card" aria-labelledby="flow-h">
      <div className="sheet-h">
        <h2 id="flow-h">Message flow</h2>
        <span className="faint xs">drawn from the contracts, messages per second</span>
      </div>
      <ul className="flow">
        {flowing.map((stream) => (
          <FlowLine key={stream.name} stream={stream} answers={answers} samples={samples} />
        ))}
      </ul>
    </section>
  );
}

function FlowLine({
  stream: { name, owner, durables },
  answers,
  samples,
}: FlowProps & { readonly stream: (typeof streams)[number] }) {
  const owned = answers.find(({ service }) => service === owner);
  const state = owned?.value?.streams?.find(({ stream }) => stream === name);
  return (
    <li className="flow__line">
      <Node kind="service" name={owner} away={owned?.problem !== undefined}>
        publishes
      </Node>
      <Edge rate={rateOf(samples, name, rateWithinMs)} />
      <Node kind="stream" name={name} bad={state?.full ?? false}>
        {state === undefined
          ? "not known"
          : `${count(state.messages)}, ${bytesText(state.bytes)}${state.full ? ", full" : ""}`}
      </Node>
      {durables.length === 0 ? (
        <span className="flow__none faint xs">nobody listens</span>
      ) : (
        durables.map(({ name: durable, service }) => (
          <Listener key={service} {...{ stream: name, durable, service, answers, samples }} />
        ))
      )}
    </li>
  );
}

function Listener({
  stream,
  durable,
  service,
  answers,
  samples,
}: FlowProps & {
  readonly stream: string;
  readonly durable: string;
  readonly service: string;
}) {
  const owned = answers.find((answer) => answer.service === service);
  const consumer = owned?.value?.consumers.find((one) => one.stream === stream);
  const name = consumer?.consumer ?? durable;
  const state = consumer?.broker ?? undefined;
  const lag = state === undefined ? undefined : state.pending + state.unacknowledged;
  const age = consumer?.oldestPendingAgeMs ?? null;
  const problem = owned?.problem === undefined ? consumer?.problem : "does not answer";
  return (
    <>
      <Edge rate={rateOf(samples, name, rateWithinMs)} warn={(lag ?? 0) > 0} />
      <Node kind="consumer" name={name} bad={problem != null} warn={(consumer?.dead ?? 0) > 0}>
        {problem ??
          (lag === undefined
            ? "not known"
            : `lag ${count(lag)}${age === null ? "" : `, ${duration(age)}`}`)}
      </Node>
    </>
  );
}

function Edge({
  rate,
  warn = false,
}: {
  readonly rate: number | undefined;
  readonly warn?: boolean;
}) {
  return (
    <span className={warn ? "flow__edge flow__edge--warn" : "flow__edge"}>
      <span className="num">{rate === undefined ? "–" : rateText(rate)}</span>
      <Icon name="right" small />
    </span>
  );
}

function Node({
  kind,
  name,
  bad = false,
  warn = false,
  away = false,
  children,
}: {
  readonly kind: "service" | "stream" | "consumer";
  readonly name: string;
  readonly bad?: boolean;
  readonly warn?: boolean;
  readonly away?: boolean;
  readonly children: string;
}) {
  const tone = bad || away ? " node--bad" : warn ? " node--warn" : "";
  const inside = (
    <>
      <b className={kind === "service" ? undefined : "mono"}>{name}</b>
      <span className="xs num">{away ? "does not answer" : children}</span>
    </>
  );
  const className = `node node--${kind}${tone}`;
  if (kind === "service") return <span className={className}>{inside}</span>;
  return (
    <GoTo className={className} to="/console/streams" search={{ [kind]: name }}>
      {inside}
    </GoTo>
  );
}
