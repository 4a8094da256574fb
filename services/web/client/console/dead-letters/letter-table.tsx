import type { DryRunView } from "@app/platform/messaging/ops-repair-views.ts";
import type { DeadLettersView } from "@app/platform/messaging/ops-views.ts";
import { Badge } from "../../kit/badge.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { count, timeExact } from "../../lib/format.ts";
import { plainError } from "../message-type.ts";

type Letter = DeadLettersView["deadLetters"][number];
type Verdict = DryRunView["letters"][number];

export interface LetterTableProps {
  readonly letters: readonly Letter[];
  /** How many there are, of which these are the newest. */
  readonly total: number;
  readonly dryRun: DryRunView | undefined;
  readonly shownId: number;
  readonly picked: ReadonlySet<number>;
  readonly onPick: (id: number, on: boolean) => void;
  readonly onShow: (id: number) => void;
}

/** The letters of one cause, with what a dry run found of each. */
export function LetterTable(props: LetterTableProps) {
  const { letters, total, dryRun, shownId, picked } = props;
  const verdicts = new Map(dryRun?.letters.map((verdict) => [verdict.id, verdict]));
  return (
    <section className="card msgs" aria-labelledby="letters-h">
      <div className="sheet-h">
        <h3 id="letters-h">Letters</h3>
        <span className="faint xs num">
          {letters.length < total
            ? `${count(letters.length)} newest of ${count(total)}`
            : count(total)}
        </span>
        {picked.size > 0 && <span className="push xs muted">{count(picked.size)} selected</span>}
      </div>
      <DataTable
        caption="Letters"
        columns={columnsOf(props, verdicts)}
        rows={letters}
        rowKey={({ id }) => String(id)}
        isSelected={({ id }) => id === shownId}
      />
    </section>
  );
}

function columnsOf(
  { picked, onPick, onShow }: LetterTableProps,
  verdicts: ReadonlyMap<number, Verdict>,
): readonly Column<Letter>[] {
  return [
    {
      key: "pick",
      header: <span className="vh">Select</span>,
      cell: ({ id, key }) => (
        <input
          type="checkbox"
          aria-label={`Select ${key ?? id}`}
          checked={picked.has(id)}
          onChange={({ target }) => onPick(id, target.checked)}
        />
      ),
    },
    {
      key: "key",
      header: "Key",
      rowHeader: true,
      cell: ({ id, key, version }) => (
        <button type="button" className="linklike mono" data-row onClick={() => onShow(id)}>
          {key === null ? `letter ${id}` : `${key} v${version}`}
        </button>
      ),
    },
    {
      key: "failed",
      header: "Failed",
      cell: ({ lastFailedAt, createdAt }) => (
        <span className="num muted">{timeExact(lastFailedAt ?? createdAt)}</span>
      ),
    },
    { key: "attempts", header: "Attempts", numeric: true, cell: ({ attempts }) => count(attempts) },
    {
      key: "would",
      header: "A redrive would",
      cell: ({ id }) => <Would verdict={verdicts.get(id)} />,
    },
  ];
}

function Would({ verdict }: { readonly verdict: Verdict | undefined }) {
  if (!verdict) return <span className="faint">–</span>;
  const { tone, icon, word } = verdictTexts[verdict.verdict];
  return (
    <>
      <Badge tone={tone} icon={icon}>
        {word}
      </Badge>
      {verdict.error !== null && (
        <span className="xs muted would__why">{plainError(verdict.error)}</span>
      )}
    </>
  );
}

const verdictTexts = {
  would_succeed: { tone: "ok", icon: "check", word: "Pass" },
  would_fail: { tone: "bad", icon: "x", word: "Fail again" },
  refused: { tone: "warn", icon: "alert", word: "Be refused" },
  not_tried: { tone: "plain", icon: undefined, word: "Not tried" },
} as const;
