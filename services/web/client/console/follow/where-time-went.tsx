import { duration } from "../../lib/format.ts";
import { endOf, type Hop, type Part, startOf, sumsOf } from "./hops.ts";

const shown: readonly { readonly part: Part; readonly name: string; readonly about: string }[] = [
  {
    part: "outbox",
    name: "Outbox wait",
    about: "from the transaction’s beginning, its handler included",
  },
  { part: "broker", name: "Broker wait", about: "until the listener’s transaction began" },
  { part: "failed", name: "Failing", about: "from the first attempt to the last" },
  { part: "held", name: "Held", about: "for another attempt, its turn, or a person" },
];

/** Where the time went, summed over all hops. */
export function WhereTimeWent({ hops }: { readonly hops: readonly Hop[] }) {
  const sums = sumsOf(hops);
  const whole = shown.reduce((sum, { part }) => sum + sums[part], 0);
  const parts = shown.filter(
    ({ part }) => sums[part] > 0 || part === "outbox" || part === "broker",
  );
  const total = Math.max(...hops.map(endOf)) - Math.min(...hops.map(startOf));
  return (
    <section className="card" aria-labelledby="time-went">
      <div className="sheet-h">
        <h2 id="time-went">Where the time went</h2>
        <span className="push num">
          <b>{duration(total)}</b> <span className="faint">from the first to the last</span>
        </span>
      </div>
      <div className="stackbar" aria-hidden="true">
        {parts
          .filter(({ part }) => sums[part] > 0)
          .map(({ part }) => (
            <i key={part} className={`seg--${part}`} style={{ flex: sums[part] }} />
          ))}
      </div>
      <dl className="sums">
        {parts.map(({ part, name, about }) => (
          <div key={part}>
            <dt>
              <i className={`key seg--${part}`} aria-hidden="true" />
              {name}
            </dt>
            <dd className="num">
              <b>{duration(sums[part])}</b>{" "}
              <span className="faint">
                {whole === 0 ? 0 : Math.round((100 * sums[part]) / whole)}%
              </span>
              <span className="xs faint sums__about">{about}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
