import type { AuditView } from "@app/platform/messaging/ops-repair-views.ts";
import { type FormEvent, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Field, FieldFrame } from "../../kit/field.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { useEveryService } from "../ask.ts";
import { ConsolePage } from "../console-page.tsx";
import { type Filters, useFilters } from "../filters.ts";
import { isServiceName, serviceNames } from "../ops.ts";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";
import { AuditTable } from "./audit-table.tsx";
import { entriesOf } from "./entries.ts";
import "./audit.css";

const everyMs = 5_000;
const stepMax = 50;
const askedMax = 100;

/** Who did what, when and why, over all services. */
export function AuditPage() {
  const [filters, setFilters] = useFilters();
  const { target, actor, action, service } = filters;
  const limit = filters.more === undefined ? stepMax : askedMax;
  const query = new URLSearchParams({
    limit: String(limit),
    ...(target ? { target } : {}),
    ...(actor ? { actor } : {}),
    ...(action ? { action } : {}),
  });
  const of = service !== undefined && isServiceName(service) ? [service] : serviceNames;
  const answers = useEveryService<AuditView>(`audit?${query}`, { everyMs, of });
  const entries = entriesOf(answers);
  const away = answers.filter(({ problem }) => problem !== undefined).map((each) => each.service);
  const hasMore = answers.some(({ value }) => value?.nextCursor != null);
  const flags = Object.entries({ target, actor, action }).flatMap(([name, value]) =>
    value ? [`--${name} ${shellWord(value)}`] : [],
  );

  return (
    <ConsolePage
      title="Audit"
      about="who did what, when and why"
      actions={<QbCommand command={["qb audit ls", ...flags].join(" ")} />}
    >
      <AuditFilters key={JSON.stringify(filters)} filters={filters} onChange={setFilters} />
      {away.length > 0 && (
        <Notice tone="warn" title={`Without what was done at ${away.join(", ")}`} role="status">
          It is shown once they answer; nothing is lost.
        </Notice>
      )}
      {entries.length === 0 ? (
        answers.some(({ loading }) => loading) ? (
          <Skeleton label="Reading the audit">
            <Bone height="16rem" />
          </Skeleton>
        ) : (
          <Empty title="Nobody did anything like that">
            Every redrive, edit, discard, skip, pause, rebuild and change of roles stands here, with
            who did it and why. Change the filters, or do something.
          </Empty>
        )
      ) : (
        <AuditTable entries={entries} onFilter={setFilters} />
      )}
      {hasMore && (
        <p className="muted">
          {filters.more === undefined ? (
            <Button onClick={() => setFilters({ more: "1" })}>Show more</Button>
          ) : (
            `The newest ${askedMax} of each service are shown. Narrow the filters to see older ones.`
          )}
        </p>
      )}
    </ConsolePage>
  );
}

function AuditFilters({
  filters,
  onChange,
}: {
  readonly filters: Filters;
  readonly onChange: (changes: Filters) => void;
}) {
  const [given, setGiven] = useState({
    target: filters.target ?? "",
    actor: filters.actor ?? "",
    action: filters.action ?? "",
  });
  const field = (name: keyof typeof given) => ({
    value: given[name],
    onChange: ({ target }: { target: { value: string } }) =>
      setGiven((before) => ({ ...before, [name]: target.value })),
    autoComplete: "off",
    spellCheck: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(given);
  };
  return (
    <form className="card pad auditform" onSubmit={submit}>
      <FieldFrame label="Service">
        {(wired) => (
          <select
            {...wired}
            className="input"
            value={filters.service ?? ""}
            onChange={({ target }) => onChange({ service: target.value })}
          >
            <option value="">all of them</option>
            {serviceNames.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </FieldFrame>
      <Field label="Who" placeholder="an account’s id" {...field("actor")} />
      <Field label="Did" placeholder="redrive" {...field("action")} />
      <Field label="To" placeholder="dead-letter/3" {...field("target")} />
      <Button type="submit">Show these</Button>
    </form>
  );
}
