import { type FormEvent, useId, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { Field } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useAskAgain } from "../ask.ts";
import { actOps } from "../ops.ts";
import type { Moderated } from "./wire.ts";

const REASON_MAX = 500;

export type ModerationAct = "hide" | "leave" | "show";

interface ModerateDialogProps {
  readonly entry: Moderated;
  readonly act: ModerationAct;
  readonly onClose: () => void;
}

/** Leaving something as it is shows what is shown: that answers its reports. */
const paths = { hide: "hide", leave: "show", show: "show" } as const;

function wordsOf(act: ModerationAct, kind: Moderated["kind"]) {
  if (act === "hide")
    return {
      title: `Hide this ${kind}?`,
      button: `Hide ${kind}`,
      cancel: "Leave it",
      done: `The ${kind} is hidden`,
      what: "Nobody sees it from then on, its author neither; of a review the stars no longer count.",
    };
  if (act === "leave")
    return {
      title: `Leave this ${kind} as it is?`,
      button: `Leave ${kind}`,
      cancel: "Not yet",
      done: `The ${kind} stays`,
      what: "Everybody goes on seeing it, and its reports are answered. Who reports it again is heard.",
    };
  return {
    title: `Show this ${kind} again?`,
    button: `Show ${kind}`,
    cancel: "Leave it",
    done: `The ${kind} is shown again`,
    what: "Everybody sees it again; of a review the stars count again.",
  };
}

/** Hides what is shown, leaves it, or shows what is hidden, with a reason for the audit. */
export function ModerateDialog({ entry, act, onClose }: ModerateDialogProps) {
  const { kind, id, author, text } = entry;
  const { title, button, cancel, done, what } = wordsOf(act, kind);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const askAgain = useAskAgain();
  const formId = useId();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await actOps("reviews", `${kind}s/${id}/${paths[act]}`, { reason });
      await askAgain("reviews");
      toast({ text: done });
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      busy={busy}
      onClose={onClose}
      title={title}
      foot={
        <>
          <Button onClick={onClose} disabled={busy}>
            {cancel}
          </Button>
          <Button
            kind={act === "hide" ? "danger" : "primary"}
            type="submit"
            form={formId}
            busy={busy}
          >
            {button}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a quote is no set of fields. */}
      <div
        className="moderated moderated__q"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key.
        tabIndex={0}
        role="group"
        aria-label="What was written"
      >
        <p className="sm">
          <b>{author}</b>
        </p>
        <p className="moderated__t">{text || "Stars alone, without a word."}</p>
      </div>
      <p>{what}</p>
      <form id={formId} className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label="Reason"
          hint="For the audit, with your name"
          required
          maxLength={REASON_MAX}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </form>
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </Dialog>
  );
}
