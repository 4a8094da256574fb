import { useState } from "react";
import { Icon } from "./icon.tsx";

/** What to quote when asking for help, with a button that copies it. */
export function TraceId({ id }: { readonly id: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(id);
      setCopied(true);
    } catch (error) {
      // The text stands beside the button and can be selected.
      console.debug("the browser does not let pages copy here", error);
    }
  };
  return (
    <p className="xs faint trace">
      Need help? Quote <code>{id}</code>
      <button type="button" className="iconbtn" aria-label="Copy trace id" onClick={copy}>
        <Icon name={copied ? "check" : "copy"} small />
      </button>
      <span className="vh" role="status">
        {copied ? "Copied" : ""}
      </span>
    </p>
  );
}
