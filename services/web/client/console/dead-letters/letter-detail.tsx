import type { DeadLetterDetailView } from "@app/platform/messaging/ops-views.ts";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { useService } from "../ask.ts";
import { LetterCard } from "./letter-card.tsx";
import { type RowName, rowText } from "./letter-name.ts";

/** One letter whole, by its name. It stays on the page when nothing is left of its cause. */
export function LetterDetail({
  letter: name,
  group,
}: {
  readonly letter: RowName;
  /** Its cause, when that is shown around it. */
  readonly group?: string;
}) {
  const { value: letter, problem } = useService<DeadLetterDetailView>(
    name.service,
    `dead-letters/${name.id}`,
  );
  const text = rowText(name);
  if (letter) return <LetterCard name={name} letter={letter} group={group} />;
  return (
    <section className="card pad">
      {problem ? (
        <ProblemNotice problem={problem} title={`Letter ${text} cannot be shown`} />
      ) : (
        <Skeleton label={`Loading letter ${text}`}>
          <Bone height="2rem" width="60%" />
          <Bone height="8rem" />
        </Skeleton>
      )}
    </section>
  );
}
