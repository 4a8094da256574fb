import type { SagasView } from "@app/platform/messaging/ops-saga-views.ts";
import { count, duration } from "../../lib/format.ts";

/** The bounds between which undecided ones are counted; the service counts by the same. */
const bounds = ["under 1 min", "1 to 5 min", "5 to 15 min", "over 15 min"] as const;

/** How many are open, by age, and how the newest ended. */
export function SagaAges({ view }: { readonly view: SagasView }) {
  const { open, recent, at } = view;
  const most = Math.max(1, ...open.byAge);
  const looked = recent.reduce((sum, { count: many }) => sum + many, 0);
  const oldestMs = open.oldestAt === null ? undefined : Date.parse(at) - Date.parse(open.oldestAt);
  return (
    <div className="ages">
      <div>
        <p className="xs muted">Open</p>
        <p className="num ages__count">
          {count(open.count)}
          {open.atLeast && "+"}
        </p>
        <p className="xs faint">
          {oldestMs === undefined
            ? "none waits"
            : `the oldest for ${duration(Math.max(0, oldestMs))}`}
        </p>
      </div>
      <dl className="ages__bars">
        {bounds.map((name, index) => (
          <div key={name}>
            <dt className="xs muted">{name}</dt>
            <dd>
              <span
                className={index === bounds.length - 1 ? "meter meter--warn" : "meter"}
                aria-hidden="true"
              >
                <i style={{ width: `${(100 * (open.byAge[index] ?? 0)) / most}%` }} />
              </span>
              <span className="num">{count(open.byAge[index] ?? 0)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {recent.length > 0 && (
        <dl className="kvs ages__recent">
          {recent.map(({ state, count: many }) => (
            <div className="keyline" key={state}>
              <dt>{state}</dt>
              <dd className="num">
                {count(many)} of the newest {count(looked)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
