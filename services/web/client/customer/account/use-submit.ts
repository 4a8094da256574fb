import { type FormEvent, useRef, useState } from "react";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { type FormTrouble, troubleOf } from "./account-problem.ts";

export interface Submit {
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  readonly busy: boolean;
  /** What stands above the form. */
  readonly problem: Problem | undefined;
  /** What stands at a field, by its name. */
  readonly errorOf: (field: string) => string | undefined;
}

/**
 * Sends a form once however often it is pressed, and shows a refusal where it belongs: at the field,
 * which gets the focus, or above the form.
 */
export function useSubmit(send: () => Promise<void>): Submit {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const underWay = useRef(false);
  const trouble: FormTrouble | undefined = problem && troubleOf(problem);

  const submit = async (form: HTMLFormElement) => {
    underWay.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      await send();
    } catch (error) {
      const failed = problemOf(error);
      setProblem(failed);
      focusOn(form, troubleOf(failed)?.field);
    } finally {
      underWay.current = false;
      setBusy(false);
    }
  };

  return {
    busy,
    problem: trouble === undefined ? problem : undefined,
    errorOf: (field) => (trouble?.field === field ? trouble.text : undefined),
    onSubmit: (event) => {
      event.preventDefault();
      if (!underWay.current) void submit(event.currentTarget);
    },
  };
}

function focusOn(form: HTMLFormElement, field: string | undefined): void {
  const input = field === undefined ? null : form.elements.namedItem(field);
  if (input instanceof HTMLElement) input.focus();
}
