import type { EditedLetterView } from "@app/platform/messaging/ops-repair-views.ts";
import type { DescMessage } from "@bufbuild/protobuf";
import { type FormEvent, useMemo, useState } from "react";
import { Badge } from "../../kit/badge.tsx";
import { Button } from "../../kit/button.tsx";
import { Field } from "../../kit/field.tsx";
import { Notice } from "../../kit/notice.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";
import { contractOf } from "./contracts.ts";
import { sideBySide, typed, typingProblems, withAt } from "./edit-model.ts";
import { flawIn } from "./field-rows.ts";
import type { ShownLetter } from "./letter-card.tsx";
import { rowText } from "./letter-name.ts";
import { MessageFields } from "./message-fields.tsx";
import { type Json, payloadJson } from "./payload-json.ts";
import { useAct } from "./use-act.ts";

const reasonMax = 1_000;

/** What the message should have said: a form by its contract, checked before anything is stored. */
export function EditLetter(props: ShownLetter & { readonly onClose: () => void }) {
  const schema = contractOf(props.letter.type);
  if (!schema) {
    return (
      <div className="one__says">
        <Notice tone="warn" title="There is nothing to edit it by">
          <p>
            No contract describes {props.letter.type}. Discard it, or deploy a version that knows
            it.
          </p>
        </Notice>
      </div>
    );
  }
  return <EditForm {...props} schema={schema} />;
}

function EditForm({
  name,
  letter,
  schema,
  onClose,
}: ShownLetter & { readonly schema: DescMessage; readonly onClose: () => void }) {
  const [original] = useState(() => payloadJson(schema, letter.payload));
  const [form, setForm] = useState<Json>(original);
  const [reason, setReason] = useState("");
  const [checked, setChecked] = useState<EditedLetterView | undefined>();
  const act = useAct();
  const text = rowText(name);
  const problems = useMemo(() => typingProblems(schema, form), [schema, form]);
  const refused = act.problem && flawIn(act.problem.detail);
  const payload = useMemo(() => typed(schema, form), [schema, form]);

  const send = (more: object) =>
    act.run<EditedLetterView>(name.service, `dead-letters/${name.id}/edit`, {
      payload,
      reason: reason || "checked in the console",
      revision: letter.revision,
      ...more,
    });
  const check = async () => setChecked(await send({ dryRun: true }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await send({ redrive: true });
    setChecked(done);
    if (done?.outcome !== "done") return;
    toast({ text: `${text} was handled as edited. What waited behind it runs now.` });
    onClose();
  };

  return (
    <form className="edit" onSubmit={submit}>
      <div className="sheet-h">
        <h3>Edit and redrive</h3>
        <span className="push">
          <Badge>The original is superseded, and kept</Badge>
        </span>
      </div>
      <div className="edit__fields">
        <MessageFields
          schema={schema}
          json={form}
          problems={refused ? { ...problems, [refused.path]: refused.text } : problems}
          onChange={(path, value) => {
            setForm(withAt(form, path, value));
            setChecked(undefined);
            act.forget();
          }}
        />
      </div>
      <Difference before={original} after={payload} />
      <div className="ef">
        <Field
          label="Why are you changing it?"
          hint="The reason goes to the audit, together with both versions."
          required
          maxLength={reasonMax}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        <div className="row">
          <Button onClick={onClose}>Cancel</Button>
          <Button onClick={check} busy={act.busy} disabled={Object.keys(problems).length > 0}>
            Check it
          </Button>
          <Button
            kind="primary"
            type="submit"
            busy={act.busy}
            disabled={Object.keys(problems).length > 0}
          >
            Redrive as edited
          </Button>
        </div>
        <Outcome checked={checked} />
        {act.problem && (
          <ProblemNotice problem={act.problem} title="The contract does not allow this" />
        )}
        <QbCommand
          command={`qb dlq edit ${text} --file new.json --reason ${shellWord(reason || "…")} --redrive`}
        />
      </div>
    </form>
  );
}

function Outcome({ checked }: { readonly checked: EditedLetterView | undefined }) {
  if (checked?.outcome === "checked") {
    return (
      <Notice tone="ok" title="The contract allows it" role="status">
        <p>
          {checked.difference.length === 0
            ? "It says what is there already."
            : "Nothing is stored yet. Whether it means what it should is for you to judge."}
        </p>
      </Notice>
    );
  }
  if (checked?.outcome === "failed") {
    return (
      <Notice tone="bad" icon="x" title="Its handler failed, so nothing was changed" role="alert">
        <p>{checked.error}</p>
      </Notice>
    );
  }
  return null;
}

/** What is there, and what is put in its place. */
function Difference({ before, after }: { readonly before: Json; readonly after: Json }) {
  const lines = sideBySide(before, after);
  return (
    <div className="diff">
      <div>
        <p className="xs muted">As it came, as far as it can be read</p>
        <pre className="mono">
          {lines.map(({ path, before, after }) => (
            <DiffText key={path} path={path} text={before} mark={before === after ? "" : "del"} />
          ))}
        </pre>
      </div>
      <div>
        <p className="xs muted">As edited</p>
        <pre className="mono">
          {lines.map(({ path, before, after }) => (
            <DiffText key={path} path={path} text={after} mark={before === after ? "" : "ins"} />
          ))}
        </pre>
      </div>
    </div>
  );
}

function DiffText({
  path,
  text,
  mark,
}: {
  readonly path: string;
  readonly text: string | undefined;
  readonly mark: "" | "del" | "ins";
}) {
  const line = text === undefined ? " " : `${path}: ${text}`;
  const Tag = mark === "del" ? "del" : mark === "ins" ? "ins" : "span";
  return (
    <>
      <Tag className={text === undefined ? undefined : mark || undefined}>{line}</Tag>
      {"\n"}
    </>
  );
}
