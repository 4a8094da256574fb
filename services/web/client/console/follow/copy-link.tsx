import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Icon } from "../../kit/icon.tsx";

/** The address of this page, for somebody else to look at the same. */
export function CopyLink() {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(location.href).then(
      () => setCopied(true),
      // Without the right to write there, the address bar has it all the same.
      () => setCopied(false),
    );
  };
  return (
    <Button onClick={copy} onBlur={() => setCopied(false)}>
      <Icon name={copied ? "check" : "copy"} />
      {copied ? "Copied" : "Copy link"}
    </Button>
  );
}
