import { useLocation } from "@tanstack/react-router";
import { buttonClass } from "../../kit/button.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";
import { ReviewForm } from "./review-form.tsx";
import { useOwnReview } from "./use-reviews.ts";

/** The place to write, for whoever may; to others it says why they may not yet. */
export function OwnReview({ subject }: { readonly subject: string }) {
  const { user } = useSession();
  const { href } = useLocation();
  const { data: own, error, refetch, isFetching } = useOwnReview(subject);
  if (user === undefined)
    return (
      <p className="muted">
        <PathLink className={buttonClass({ kind: "soft" })} path={signInFrom("/sign-in", href)}>
          Sign in to review it
        </PathLink>
      </p>
    );
  if (own === undefined && error !== null)
    return (
      <ProblemNotice
        problem={problemOf(error)}
        title="Whether you may review it is not known"
        retry={() => void refetch()}
        retrying={isFetching}
      />
    );
  // What one wrote stands first in the list, where it is changed.
  if (own === undefined || own.review !== undefined) return null;
  if (own.mayReview)
    return (
      <div className="card pad stack">
        <h3 className="display h3">Write a review</h3>
        <ReviewForm subject={subject} />
      </div>
    );
  return <p className="sm muted">{whyNot(own.reason)}</p>;
}

/** The service speaks in short lower-case texts; a page in sentences. */
function whyNot(reason: string): string {
  if (reason === "hidden") return "Your review was hidden by the house.";
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
