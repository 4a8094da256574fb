import type { ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "../kit/button.tsx";
import { ProblemNotice } from "../kit/problem-notice.tsx";
import { problemOf } from "../lib/problem.ts";
import { ConsolePage } from "./console-page.tsx";

/** What stands in a page's place when it failed, also when its script could not be fetched. */
export function FailedPage({ error, reset }: ErrorComponentProps) {
  return (
    <ConsolePage title="This page failed">
      <ProblemNotice problem={problemOf(error)} retry={reset}>
        <p>
          <Button onClick={() => location.reload()}>Load the page anew</Button>
        </p>
      </ProblemNotice>
    </ConsolePage>
  );
}
