import type { ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "../kit/button.tsx";
import { Page } from "../kit/page.tsx";
import { ProblemNotice } from "../kit/problem-notice.tsx";
import { problemOf } from "../lib/problem.ts";

/** What stands in a page's place when it failed, also when its script could not be fetched. */
export function FailedPage({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="Something failed">
      <div className="wrap page stack">
        <h1 className="display h1">This page failed.</h1>
        <p className="lead">What you typed in other places is still there.</p>
        <ProblemNotice problem={problemOf(error)} retry={reset}>
          <p>
            <Button onClick={() => location.reload()}>Load the page anew</Button>
          </p>
        </ProblemNotice>
      </div>
    </Page>
  );
}
