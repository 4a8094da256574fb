import type { Review } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { toast } from "../../kit/toast.tsx";
import { count, plural } from "../../lib/format.ts";
import { problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";
import { reviewsCalls } from "./calls.ts";

const person = { one: "person likes it", other: "people like it" };

/** Likes a review, or takes that back. What the service answers is shown until the list is read again. */
export function LikeButton({ review }: { readonly review: Review }) {
  const { user } = useSession();
  const { href } = useLocation();
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<Told | undefined>();
  // What was told is of the review as it was read: one that was read since knows better.
  const now = told?.of === review ? told : { likes: review.likes, liked: review.liked };
  const words = (
    <>
      <span aria-hidden="true">♥ {count(now.likes)}</span>
      <span className="vh">Like, {plural(now.likes, person)}</span>
    </>
  );
  if (user === undefined)
    return (
      <PathLink className={buttonClass({ kind: "quiet" })} path={signInFrom("/sign-in", href)}>
        {words}
      </PathLink>
    );
  const toggle = async () => {
    setBusy(true);
    const reviewId = review.id;
    try {
      const { likes } = now.liked
        ? await reviewsCalls.unlikeReview({ reviewId })
        : await reviewsCalls.likeReview({ reviewId });
      setTold({ of: review, likes, liked: !now.liked });
    } catch (error) {
      toast({ text: `That was not taken: ${problemOf(error).title}`, icon: "alert" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      kind={now.liked ? "soft" : "quiet"}
      aria-pressed={now.liked}
      busy={busy}
      onClick={() => void toggle()}
    >
      {words}
    </Button>
  );
}

interface Told {
  readonly of: Review;
  readonly likes: number;
  readonly liked: boolean;
}
