import type { DeadLetterDetailView, RedriveView } from "@app/platform/messaging/ops-views.ts";
import { useState } from "react";
import { Icon } from "../../kit/icon.tsx";
import { Notice } from "../../kit/notice.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { count } from "../../lib/format.ts";
import { ActButton, useMayAct } from "../acting.tsx";
import { useFilters } from "../filters.ts";
import { GoTo } from "../go-to.tsx";
import { messageName, plainError } from "../message-type.ts";
import { QbCommand } from "../qb-command.tsx";
import { EditLetter } from "./edit-letter.tsx";
import { type RowName, rowText } from "./letter-name.ts";
import { StateBadge, WhatNow } from "./letter-state.tsx";
import { LetterTabs } from "./letter-tabs.tsx";
import { ResolveDialog } from "./resolve-dialog.tsx";
import { useAct } from "./use-act.ts";

export interface ShownLetter {
  readonly name: RowName;
  readonly letter: DeadLetterDetailView;
}

/** What one letter says, why it died, what waits behind it, and what can be done. */
export function LetterCard({
  name,
  letter,
  group,
}: ShownLetter & { readonly group: string | undefined }) {
  const [{ edit }, setFilters] = useFilters();
  const [asked, setAsked] = useState<"discard" | "restore" | undefined>();
  const [failed, setFailed] = useState<string | undefined>();
  const act = useAct();
  const mayAct = useMayAct();
  const text = rowText(name);
  const { state, key, version, type, lane } = letter;
  /** From now on the letter stays on the page, whatever becomes of its cause. */
  const hold = (changes: { readonly edit?: string | undefined } = {}) =>
    setFilters({ letter: text, ...(group === undefined ? {} : { group }), ...changes });

  const redrive = async () => {
    hold();
    setFailed(undefined);
    const told = await act.run<RedriveView>(name.service, `dead-letters/${name.id}/redrive`);
    if (told?.outcome === "done")
      toast({ text: `${text} was handled. What waited behind it runs now.` });
    if (told?.outcome === "failed") setFailed(told.error ?? "no reason was given");
  };

  return (
    <section className="card one" aria-labelledby="letter-h">
      <div className="gh">
        <div>
          <h3 id="letter-h">
            {key === null ? `Letter ${text}` : `${key}, version ${version}`}{" "}
            <StateBadge letter={letter} />
          </h3>
          <p className="muted">
            {messageName(type)}, letter <code>{text}</code>
            {letter.revision > 1 && `, revision ${letter.revision}`}
            {lane && lane.waiting > 0 && (
              <>
                , <b className="num">{count(lane.waiting)}</b> parked behind it
              </>
            )}
          </p>
          {key !== null && (
            <GoTo className="hit" to="/console/follow" search={{ of: key }}>
              Follow {key.replace("/", " ")}
            </GoTo>
          )}
        </div>
        <div className="row acts">
          {state === "dead" && key !== null && (
            <>
              <ActButton onClick={redrive} busy={act.busy}>
                <Icon name="refresh" />
                Redrive
              </ActButton>
              <ActButton onClick={() => hold({ edit: "yes" })} aria-expanded={edit === "yes"}>
                <Icon name="edit" />
                Edit and redrive
              </ActButton>
            </>
          )}
          {state === "dead" && (
            <ActButton kind="danger" onClick={() => setAsked("discard")}>
              <Icon name="trash" />
              Discard
            </ActButton>
          )}
          {state === "discarded" && (
            <ActButton onClick={() => setAsked("restore")}>
              <Icon name="refresh" />
              Restore
            </ActButton>
          )}
        </div>
      </div>
      <div className="one__says">
        <WhatNow letter={letter} />
        {failed !== undefined && (
          <Notice tone="bad" icon="x" title="It failed again" role="alert">
            <p>{plainError(failed)}</p>
            <p>Nothing was changed. Mend the cause, or edit what the message says.</p>
          </Notice>
        )}
        {act.problem && <ProblemNotice problem={act.problem} />}
      </div>
      {edit === "yes" && state === "dead" && mayAct ? (
        <EditLetter name={name} letter={letter} onClose={() => hold({ edit: undefined })} />
      ) : (
        <LetterTabs name={name} letter={letter} />
      )}
      <p className="one__qb row">
        <QbCommand command={`qb dlq show ${text}`} />
        {state === "dead" && <QbCommand command={`qb dlq redrive ${text}`} />}
      </p>
      <ResolveDialog
        name={name}
        letter={letter}
        asked={asked}
        onClose={() => setAsked(undefined)}
        onDone={() => hold()}
      />
    </section>
  );
}
