import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Empty } from "../../kit/empty.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { dateTime, plural } from "../../lib/format.ts";
import { ActButton } from "../acting.tsx";
import { useService } from "../ask.ts";
import { ConsolePage } from "../console-page.tsx";
import { useFilters } from "../filters.ts";
import { ModerateDialog, type ModerationAct } from "./moderate-dialog.tsx";
import { pageOfSubject } from "./subject-page.ts";
import {
  type Moderated,
  type ModeratedList,
  type ModerationState,
  moderationStates,
} from "./wire.ts";
import "./reviews.css";

const shownMax = 20;

/** What people reported of what others wrote, and what is hidden. */
export function ReviewsPage() {
  const [filters, setFilters] = useFilters();
  const state = filters.state === "hidden" ? "hidden" : "reported";
  const { cursor } = filters;
  const query = new URLSearchParams({
    state,
    limit: String(shownMax),
    ...(cursor ? { cursor } : {}),
  });
  const { value, problem, loading } = useService<ModeratedList>("reviews", `reviews?${query}`);
  const [chosen, setChosen] = useState<Chosen | undefined>();
  const turn = (to: string | undefined) => setFilters({ cursor: to }, { step: true });
  return (
    <ConsolePage title="Reviews" about="what was reported, and what is hidden">
      <section className="card" aria-labelledby="moderated-h">
        <div className="sheet-h">
          <h2 id="moderated-h">{state === "hidden" ? "Hidden" : "Reported"}</h2>
          {moderationStates.map((one) => (
            <Button
              key={one}
              kind={one === state ? "soft" : "quiet"}
              aria-pressed={one === state}
              onClick={() => setFilters({ state: one, cursor: undefined }, { step: true })}
            >
              {one === "hidden" ? "Show hidden" : "Show reported"}
            </Button>
          ))}
        </div>
        {problem !== undefined && (
          <div className="pad">
            <ProblemNotice problem={problem} title="reviews does not answer" />
          </div>
        )}
        {value === undefined && loading && (
          <div className="pad">
            <Skeleton label="Asking reviews">
              <Bone height="8rem" />
            </Skeleton>
          </div>
        )}
        {value !== undefined && (
          <Entries entries={value.entries} state={state} onChoose={setChosen} />
        )}
        {(cursor !== undefined || value?.nextCursor != null) && (
          <div className="pad">
            {cursor !== undefined && <Button onClick={() => turn(undefined)}>First page</Button>}
            {value?.nextCursor != null && (
              <Button onClick={() => turn(value.nextCursor ?? undefined)}>Next page</Button>
            )}
          </div>
        )}
      </section>
      {chosen !== undefined && <ModerateDialog {...chosen} onClose={() => setChosen(undefined)} />}
    </ConsolePage>
  );
}

interface Chosen {
  readonly entry: Moderated;
  readonly act: ModerationAct;
}

const times = { one: "time", other: "times" };
const stars = { one: "star", other: "stars" };

interface EntriesProps {
  readonly entries: readonly Moderated[];
  readonly state: ModerationState;
  readonly onChoose: (chosen: Chosen) => void;
}

function Entries({ entries, state, onChoose }: EntriesProps) {
  if (entries.length === 0)
    return state === "hidden" ? (
      <Empty title="Nothing is hidden">
        What an operator hides is kept here, with the reason, and can be shown again.
      </Empty>
    ) : (
      <Empty title="Nothing waits to be looked at">
        What customers report of reviews and comments comes here, with what they say is wrong.
      </Empty>
    );
  return (
    <ul className="rows">
      {entries.map((entry) => (
        <li key={entry.id} className="pad stack moderated">
          <p className="sm">
            <b>{entry.author}</b>, {entry.kind}
            {entry.rating === null ? "" : ` of ${plural(entry.rating, stars)}`} of{" "}
            <a className="mono" href={pageOfSubject(entry.subject)}>
              {entry.subject}
            </a>
            , <span className="muted num">{dateTime(entry.createdAt)}</span>
            {entry.editedAt !== null && (
              <span className="muted num">, changed {dateTime(entry.editedAt)}</span>
            )}
          </p>
          {entry.text !== "" && <p className="moderated__t">{entry.text}</p>}
          <p className="sm muted">
            {entry.hiddenReason === null
              ? `Reported ${plural(entry.reports, times)}: ${entry.reasons.map((reason) => `“${reason}”`).join(", ")}`
              : `Hidden: ${entry.hiddenReason}`}
          </p>
          {entry.hiddenReason === null ? (
            <p className="row">
              <ActButton kind="danger" onClick={() => onChoose({ entry, act: "hide" })}>
                Hide {entry.kind}
              </ActButton>
              <ActButton onClick={() => onChoose({ entry, act: "leave" })}>Leave it</ActButton>
            </p>
          ) : (
            <p>
              <ActButton onClick={() => onChoose({ entry, act: "show" })}>
                Show {entry.kind} again
              </ActButton>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
