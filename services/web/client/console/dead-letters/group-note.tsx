import type { LetterNoteView } from "@app/platform/messaging/ops-repair-views.ts";
import { type FormEvent, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Field } from "../../kit/field.tsx";
import { Icon } from "../../kit/icon.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { dateTime } from "../../lib/format.ts";
import { ActButton } from "../acting.tsx";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";
import type { Group } from "./groups.tsx";
import { useAct } from "./use-act.ts";

const noteMax = 500;

/** What somebody left for whoever looks next, and the way to leave something. */
export function GroupNote({ group: { service, id, note: told } }: { readonly group: Group }) {
  const [text, setText] = useState<string | undefined>();
  /** What was just kept, until the service tells it too. */
  const [kept, setKept] = useState<LetterNoteView | undefined>();
  const act = useAct();
  const note = kept !== undefined && (told === null || told.at < kept.at) ? kept : told;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const path = `dead-letters/groups/${id}/note`;
    const saved = await act.run<LetterNoteView>(service, path, { note: text });
    if (!saved) return;
    setKept(saved);
    setText(undefined);
  };

  if (text === undefined) {
    return (
      <p className="note row">
        {note !== null && (
          <span>
            <Icon name="edit" small /> <b>{note.text}</b>{" "}
            <span className="muted xs">{dateTime(note.at)}</span>
          </span>
        )}
        <ActButton kind="quiet" onClick={() => setText(note?.text ?? "")}>
          {note === null ? "Leave a note" : "Change the note"}
        </ActButton>
      </p>
    );
  }
  return (
    <form className="note stack" onSubmit={save}>
      <Field
        label="Note"
        hint="For whoever looks next. It goes to the audit."
        value={text}
        maxLength={noteMax}
        required
        autoFocus
        onChange={({ target }) => setText(target.value)}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
      <div className="row">
        <Button type="submit" kind="primary" busy={act.busy}>
          Keep the note
        </Button>
        <Button onClick={() => setText(undefined)}>Cancel</Button>
        <QbCommand command={`qb dlq note ${id} ${shellWord(text || "…")}`} />
      </div>
    </form>
  );
}
