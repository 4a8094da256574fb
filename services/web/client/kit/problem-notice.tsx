import type { ReactNode } from "react";
import type { Problem } from "../lib/problem.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { TraceId } from "./trace-id.tsx";

export interface ProblemNoticeProps {
  readonly problem: Problem;
  /** Tries the same again. */
  readonly retry?: (() => void) | undefined;
  readonly retrying?: boolean | undefined;
  /** What happened, where the page knows it better than the service. */
  readonly title?: ReactNode;
  /** What is still safe, and what to do instead. */
  readonly children?: ReactNode;
}

/** A failure: what happened, why, what to do, and what to quote when asking about it. */
export function ProblemNotice(props: ProblemNoticeProps) {
  const { problem, retry, retrying, title, children } = props;
  const { detail, traceId, status } = problem;
  return (
    <Notice
      tone="bad"
      icon={status === 0 ? "wifioff" : "alert"}
      title={title ?? problem.title}
      role="alert"
    >
      {detail !== "" && <p>{sentence(detail)}</p>}
      {children}
      {retry !== undefined && (
        <p className="notice__act">
          <Button onClick={retry} busy={retrying}>
            {retrying ? "Trying again" : "Try again"}
          </Button>
        </p>
      )}
      {traceId !== undefined && <TraceId id={traceId} />}
    </Notice>
  );
}

/** Services speak in short lower-case texts; a page speaks in sentences. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
