import type { SagasView } from "@app/platform/messaging/ops-saga-views.ts";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { useService } from "../ask.ts";
import { ConsolePage } from "../console-page.tsx";
import { useFilters } from "../filters.ts";
import { QbCommand } from "../qb-command.tsx";
import { SagaAges } from "./saga-ages.tsx";
import { SagaTable } from "./saga-table.tsx";
import "./sagas.css";

const shownMax = 20;

/** What is undecided, for how long, what it waits for, and when it ends by itself. */
export function SagasPage() {
  return (
    <ConsolePage
      title="Sagas"
      about="what is undecided, and until when"
      actions={<QbCommand command="qb saga ls" />}
    >
      <Sagas service="orders" title="Undecided orders" />
      <Sagas service="bookings" title="Open holds" />
    </ConsolePage>
  );
}

interface SagasProps {
  readonly service: "orders" | "bookings";
  readonly title: string;
}

function Sagas({ service, title }: SagasProps) {
  const [filters, setFilters] = useFilters();
  const cursor = filters[service];
  const query = new URLSearchParams({ limit: String(shownMax), ...(cursor ? { cursor } : {}) });
  const { value, problem, loading } = useService<SagasView>(service, `sagas?${query}`);
  const turn = (to: string | undefined) => setFilters({ [service]: to }, { step: true });
  const headId = `${service}-h`;
  return (
    <section className="card" aria-labelledby={headId}>
      <div className="sheet-h">
        <h2 id={headId}>{title}</h2>
        <span className="faint xs">of {service}</span>
      </div>
      {problem !== undefined && (
        <div className="pad">
          <ProblemNotice problem={problem} title={`${service} does not answer`} />
        </div>
      )}
      {value === undefined && loading && (
        <div className="pad">
          <Skeleton label={`Asking ${service}`}>
            <Bone height="8rem" />
          </Skeleton>
        </div>
      )}
      {value !== undefined && (
        <>
          <SagaAges view={value} />
          <SagaTable
            view={value}
            service={service}
            onNext={
              value.nextCursor === null ? undefined : () => turn(value.nextCursor ?? undefined)
            }
            onFirst={cursor === undefined ? undefined : () => turn(undefined)}
          />
        </>
      )}
    </section>
  );
}
