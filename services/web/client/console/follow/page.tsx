import { useFilters } from "../filters.ts";
import { FollowAggregate } from "./aggregate.tsx";
import { FollowAnything } from "./anything.tsx";
import { FollowMessage } from "./message.tsx";
import { FollowStart } from "./start.tsx";
import { subjectOf } from "./subject.ts";
import { FollowUser } from "./user.tsx";
import "./follow.css";

/** One order, booking, event or message on its way, from the services' own records. */
export function FollowPage() {
  const [{ of }] = useFilters();
  const subject = subjectOf(of);
  switch (subject.kind) {
    case "aggregate":
      return <FollowAggregate key={subject.key} subject={subject} />;
    case "user":
      return <FollowUser key={subject.id} id={subject.id} />;
    case "message":
      return <FollowMessage key={subject.id} id={subject.id} />;
    case "anything":
      return <FollowAnything key={subject.id} id={subject.id} />;
    case "nothing":
      return <FollowStart />;
  }
}
