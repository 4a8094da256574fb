import type { Comment, Review } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { TextField } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { toast } from "../../kit/toast.tsx";
import { day } from "../../lib/format.ts";
import { newId } from "../../lib/new-id.ts";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";
import { reviewsCalls } from "./calls.ts";
import { ReportDialog } from "./report-dialog.tsx";
import { focusReviews } from "./reviews-heading.ts";
import { useComments, useReadAgain } from "./use-reviews.ts";

const TEXT_MAX = 1_000;

/** What people say to a review, and the place to say something. */
export function Comments({ review }: { readonly review: Review }) {
  const { user } = useSession();
  const { href } = useLocation();
  const found = useComments(review.id);
  const queries = useQueryClient();
  const readReviews = useReadAgain(review.subject);
  const readAgain = async () => {
    await queries.invalidateQueries({ queryKey: ["comments", review.id] });
    await readReviews();
  };
  const comments = found.data?.pages.flatMap((page) => page.comments);
  return (
    <div className="stack comments">
      {comments === undefined ? (
        found.error === null ? (
          <Skeleton label="Loading comments">
            <Bone width="60%" />
          </Skeleton>
        ) : (
          <ProblemNotice
            problem={problemOf(found.error)}
            title="The comments did not come"
            retry={() => void found.refetch()}
            retrying={found.isFetching}
          />
        )
      ) : comments.length === 0 ? (
        <p className="sm muted">Nobody has said anything to it yet.</p>
      ) : (
        <ul className="stack comments__l">
          {comments.map((comment) => (
            <Said key={comment.id} {...{ comment, review, readAgain }} />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <p>
          <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            Show more comments
          </Button>
        </p>
      )}
      {user === undefined ? (
        <p>
          <PathLink className={buttonClass({ kind: "soft" })} path={signInFrom("/sign-in", href)}>
            Sign in to comment
          </PathLink>
        </p>
      ) : (
        <SayForm reviewId={review.id} readAgain={readAgain} />
      )}
    </div>
  );
}

interface SaidProps {
  readonly comment: Comment;
  readonly review: Review;
  readonly readAgain: () => Promise<void>;
}

function Said({ comment: { id, author, text, mine, createdAt }, review, readAgain }: SaidProps) {
  const { user } = useSession();
  const [busy, setBusy] = useState(false);
  const [reporting, setReporting] = useState(false);
  const of = { reviewId: review.id, commentId: id };
  const remove = async () => {
    setBusy(true);
    try {
      await reviewsCalls.deleteComment(of);
      await readAgain();
      focusReviews();
    } catch (error) {
      toast({ text: `The comment stands: ${problemOf(error).title}`, icon: "alert" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="comment">
      <p className="sm">
        <b>{mine ? `${author} (you)` : author}</b>{" "}
        <span className="muted">{createdAt !== undefined && day(timestampMs(createdAt))}</span>
      </p>
      <p className="review__t">{text}</p>
      {mine ? (
        <Button kind="quiet" busy={busy} onClick={() => void remove()}>
          Remove comment
        </Button>
      ) : (
        user !== undefined && (
          <Button kind="quiet" onClick={() => setReporting(true)}>
            Report comment
          </Button>
        )
      )}
      {reporting && <ReportDialog of={of} author={author} onClose={() => setReporting(false)} />}
    </li>
  );
}

interface SayFormProps {
  readonly reviewId: string;
  readonly readAgain: () => Promise<void>;
}

function SayForm({ reviewId, readAgain }: SayFormProps) {
  // One key for one text: sent again after a lost answer it is still one comment.
  const [{ text, key }, setDraft] = useState(() => ({ text: "", key: newId() }));
  const write = (text: string) => setDraft({ text, key: newId() });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const say = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "" || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await reviewsCalls.addComment({ reviewId, text }, { headers: { "idempotency-key": key } });
      write("");
      await readAgain();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void say(event)}>
      <TextField
        label="Say something to it"
        rows={2}
        maxLength={TEXT_MAX}
        value={text}
        onChange={({ target }) => write(target.value)}
      />
      {problem !== undefined && (
        <ProblemNotice problem={problem} title="Your comment was not taken">
          <p>What you wrote is still here.</p>
        </ProblemNotice>
      )}
      <p>
        <Button type="submit" busy={busy} disabled={text.trim() === ""}>
          {busy ? "Sending" : "Send comment"}
        </Button>
      </p>
    </form>
  );
}
