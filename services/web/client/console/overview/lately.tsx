import type { AuditView } from "@app/platform/messaging/ops-repair-views.ts";
import { timeExact } from "../../lib/format.ts";
import { useEveryService } from "../ask.ts";
import { GoTo } from "../go-to.tsx";

const shownMax = 5;
const askEveryMs = 10_000;

/** What people did last. */
export function Lately() {
  const answers = useEveryService<AuditView>(`audit?limit=${shownMax}`, { everyMs: askEveryMs });
  const entries = answers
    .flatMap(({ service, value }) => (value?.entries ?? []).map((entry) => ({ ...entry, service })))
    .toSorted((a, b) => b.at.localeCompare(a.at))
    .slice(0, shownMax);
  return (
    <section className="card" aria-labelledby="lately-h">
      <div className="sheet-h">
        <h2 id="lately-h">Lately</h2>
        <GoTo className="push xs hit" to="/console/audit">
          Full audit
        </GoTo>
      </div>
      {entries.length === 0 ? (
        <p className="urgent__none muted">Nobody changed anything yet.</p>
      ) : (
        <ul className="lately">
          {entries.map(({ service, id, at, action, target }) => (
            <li key={`${service} ${id}`}>
              <span className="num faint">{timeExact(at)}</span>
              <span>
                <b>{action}</b> <span className="mono">{target}</span>{" "}
                <span className="muted">at {service}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
