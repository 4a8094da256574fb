import {
  type InputHTMLAttributes,
  type ReactNode,
  type TextareaHTMLAttributes,
  useId,
} from "react";
import { Icon } from "./icon.tsx";

interface Described {
  readonly label: ReactNode;
  /** Below the control, always there. */
  readonly hint?: ReactNode;
  /** What is wrong with what was typed; shown after leaving the field or sending. */
  readonly error?: string | undefined;
  /** The label is there for readers alone, where the place says what is asked. */
  readonly hideLabel?: boolean | undefined;
}

export type FieldProps = Described & Omit<InputHTMLAttributes<HTMLInputElement>, "className">;

/** One thing to type, with its label, hint and error wired to it. */
export function Field({ label, hint, error, hideLabel, id, ...input }: FieldProps) {
  return (
    <FieldFrame {...{ label, hint, error, hideLabel }} id={id}>
      {(wired) => <input {...input} {...wired} className="input" />}
    </FieldFrame>
  );
}

export type TextFieldProps = Described &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "className">;

/** A field of several lines. */
export function TextField({ label, hint, error, hideLabel, id, ...input }: TextFieldProps) {
  return (
    <FieldFrame {...{ label, hint, error, hideLabel }} id={id}>
      {(wired) => <textarea rows={3} {...input} {...wired} className="input" />}
    </FieldFrame>
  );
}

/** What a control must carry so that its label, hint and error belong to it. */
export interface Wired {
  readonly id: string;
  readonly "aria-invalid": true | undefined;
  readonly "aria-describedby": string | undefined;
}

export interface FieldFrameProps extends Described {
  readonly id?: string | undefined;
  readonly children: (wired: Wired) => ReactNode;
}

/** Label, hint and error around any control, such as a `select`. */
export function FieldFrame({ label, hint, error, hideLabel, id, children }: FieldFrameProps) {
  const ownId = useId();
  const controlId = id ?? ownId;
  const hintId = hint === undefined ? undefined : `${controlId}-hint`;
  const errorId = error === undefined ? undefined : `${controlId}-error`;
  const describedBy = [hintId, errorId].filter(Boolean).join(" ");
  return (
    <div className={error === undefined ? "field" : "field field--bad"}>
      <label htmlFor={controlId} className={hideLabel ? "vh" : undefined}>
        {label}
      </label>
      {children({
        id: controlId,
        "aria-invalid": error === undefined ? undefined : true,
        "aria-describedby": describedBy === "" ? undefined : describedBy,
      })}
      {hint !== undefined && (
        <p className="field__hint" id={hintId}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p className="field__bad" id={errorId}>
          <Icon name="alert" small />
          {error}
        </p>
      )}
    </div>
  );
}
