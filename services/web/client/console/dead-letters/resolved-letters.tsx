import type { DeadLettersView } from "@app/platform/messaging/ops-views.ts";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { dateTime } from "../../lib/format.ts";
import { useEveryService } from "../ask.ts";
import { GoTo } from "../go-to.tsx";
import { messageName } from "../message-type.ts";
import type { ServiceName } from "../ops.ts";
import { LetterDetail } from "./letter-detail.tsx";
import { type RowName, rowText } from "./letter-name.ts";

type Letter = DeadLettersView["deadLetters"][number] & { readonly service: ServiceName };

const shownMax = 50;
const askEveryMs = 5_000;

/** Letters that somebody dealt with, the newest of each service first. */
export function ResolvedLetters({
  state,
  shown,
}: {
  readonly state: "done" | "discarded";
  readonly shown: RowName | undefined;
}) {
  const path = `dead-letters?state=${state}&limit=${shownMax}`;
  const answers = useEveryService<DeadLettersView>(path, { everyMs: askEveryMs });
  const letters = answers
    .flatMap(({ service, value }) =>
      (value?.deadLetters ?? []).map((letter) => ({ ...letter, service })),
    )
    .toSorted((a, b) => (b.resolvedAt ?? "").localeCompare(a.resolvedAt ?? ""));
  return (
    <>
      <section className="card" aria-labelledby="resolved-h">
        <div className="sheet-h">
          <h2 id="resolved-h">{state === "done" ? "Repaired letters" : "Discarded letters"}</h2>
        </div>
        {letters.length === 0 ? (
          <p className="pmeta muted">
            {state === "done"
              ? "None yet. A letter that is redriven with success is kept here for 90 days."
              : "None. A letter that is discarded is kept here, and can be restored until a later message of its key has run."}
          </p>
        ) : (
          <DataTable
            caption={state === "done" ? "Repaired letters" : "Discarded letters"}
            columns={columnsOf(state)}
            rows={letters}
            rowKey={rowText}
            isSelected={({ service, id }) => shown?.service === service && shown.id === id}
          />
        )}
      </section>
      {shown && <LetterDetail key={rowText(shown)} letter={shown} />}
    </>
  );
}

const columnsOf = (state: string): readonly Column<Letter>[] => [
  {
    key: "letter",
    header: "Letter",
    rowHeader: true,
    cell: (letter) => (
      <GoTo
        className="mono"
        data-row
        to="/console/dead-letters"
        search={{ state, letter: rowText(letter) }}
      >
        {rowText(letter)}
      </GoTo>
    ),
  },
  {
    key: "key",
    header: "Key",
    cell: ({ key, version }) => (
      <span className="mono">{key === null ? "–" : `${key} v${version}`}</span>
    ),
  },
  { key: "type", header: "Message", cell: ({ type }) => messageName(type) },
  { key: "consumer", header: "Consumer", cell: ({ consumer }) => <code>{consumer}</code> },
  {
    key: "when",
    header: "When",
    cell: ({ resolvedAt }) => (
      <span className="num">{resolvedAt === null ? "–" : dateTime(resolvedAt)}</span>
    ),
  },
  {
    key: "error",
    header: "Why it died",
    cell: ({ error }) => <span className="muted">{error}</span>,
  },
];
