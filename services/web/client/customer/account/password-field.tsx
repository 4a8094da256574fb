import { useState } from "react";
import { FieldFrame } from "../../kit/field.tsx";
import { Icon } from "../../kit/icon.tsx";

export interface PasswordFieldProps {
  readonly label: string;
  readonly name: string;
  /** Tells password managers whether to fill one in or to offer a new one. */
  readonly autoComplete: "current-password" | "new-password";
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

/** A password, which its owner may look at while typing. */
export function PasswordField(props: PasswordFieldProps) {
  const { label, name, autoComplete, value, onChange, hint, error } = props;
  const [shown, setShown] = useState(false);
  return (
    <FieldFrame {...{ label, hint, error }}>
      {(wired) => (
        <div className="password">
          <input
            {...wired}
            {...{ name, autoComplete, value }}
            className="input"
            type={shown ? "text" : "password"}
            autoCapitalize="off"
            spellCheck={false}
            onChange={({ target }) => onChange(target.value)}
          />
          <button
            type="button"
            className="iconbtn"
            aria-label={shown ? "Hide what was typed" : "Show what was typed"}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            <Icon name="eye" />
          </button>
        </div>
      )}
    </FieldFrame>
  );
}
