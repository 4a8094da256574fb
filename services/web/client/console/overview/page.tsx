import type { LetterGroupsView } from "@app/platform/messaging/ops-repair-views.ts";
import { timeExact } from "../../lib/format.ts";
import { useEveryService } from "../ask.ts";
import { ConsolePage } from "../console-page.tsx";
import { QbCommand } from "../qb-command.tsx";
import { Consumers } from "./consumers.tsx";
import { Flow } from "./flow.tsx";
import { Lately } from "./lately.tsx";
import { Services } from "./services.tsx";
import { summaryOf } from "./summary.ts";
import { todosOf } from "./todos.ts";
import { Urgent } from "./urgent.tsx";
import { useHistory } from "./use-history.ts";
import { useOverview } from "./use-overview.ts";
import { Vitals } from "./vitals.tsx";
import "./overview.css";

/** How everything is, and what needs a person. */
export function OverviewPage() {
  const answers = useOverview();
  const samples = useHistory(answers);
  const summary = summaryOf(answers);
  const haveLetters = answers
    .filter(({ value }) => (value?.deadLetters.dead ?? 0) > 0)
    .map(({ service }) => service);
  const groups = useEveryService<LetterGroupsView>("dead-letters/groups", { of: haveLetters });
  // Who has letters has to say which: until then nobody knows that nothing waits.
  const asked =
    answers.every(({ loading }) => !loading) && groups.every(({ value }) => value !== undefined);

  return (
    <ConsolePage
      title="Overview"
      about={summary.lastAt > 0 ? `at ${timeExact(summary.lastAt)}` : undefined}
      actions={<QbCommand command="qb overview" />}
    >
      <Vitals summary={summary} samples={samples} />
      <div className="g2">
        <Flow answers={answers} samples={samples} />
        <Urgent todos={todosOf(answers, groups, Date.now())} asked={asked} />
      </div>
      <div className="g2 g2--even">
        <Services answers={answers} />
        <Consumers answers={answers} />
      </div>
      <Lately />
    </ConsolePage>
  );
}
