import {
  CommentSchema,
  type Comment as ProtoComment,
  type Rating as ProtoRating,
  type Review as ProtoReview,
  RatingSchema,
  ReviewSchema,
} from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { handleOf } from "../domain/handle.ts";
import { averageOf, type Rating } from "../domain/rating.ts";
import { subjectText } from "../domain/subject.ts";
import type { SeenComment, SeenReview } from "../store/reviews-api.ts";

/** A review as the contract has it: its author is a handle. */
export function toProto({ review, mine, liked }: SeenReview): ProtoReview {
  const { id, subject, author, rating, text, likes, comments, createdAt, editedAt } = review;
  return create(ReviewSchema, {
    id,
    subject: subjectText(subject),
    rating,
    text,
    author: handleOf(author),
    likes,
    comments,
    mine,
    liked,
    createdAt: timestampFromDate(createdAt),
    ...(editedAt === null ? {} : { editedAt: timestampFromDate(editedAt) }),
  });
}

export function commentProto({ comment, mine }: SeenComment): ProtoComment {
  const { id, text, author, createdAt } = comment;
  const at = timestampFromDate(createdAt);
  return create(CommentSchema, { id, text, author: handleOf(author), mine, createdAt: at });
}

export function ratingProto(rating: Rating): ProtoRating {
  return create(RatingSchema, { reviews: BigInt(rating.reviews), average: averageOf(rating) });
}
