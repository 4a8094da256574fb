import { useState } from "react";
import { Icon } from "../kit/icon.tsx";

/** The same act on the command line, to be copied. */
export function QbCommand({ command }: { readonly command: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(command).then(
      () => setCopied(true),
      // Without the right to write there it can still be selected and copied by hand.
      () => setCopied(false),
    );
  };
  return (
    <span className="qb">
      <code>{command}</code>
      <button
        type="button"
        className="iconbtn"
        onClick={copy}
        onBlur={() => setCopied(false)}
        aria-label={copied ? "Copied" : `Copy ${command}`}
      >
        <Icon name={copied ? "check" : "copy"} small />
      </button>
    </span>
  );
}
