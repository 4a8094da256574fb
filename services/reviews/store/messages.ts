import {
  EventRatedSchema,
  ItemRatedSchema,
} from "@app/contracts/gen/reviews/v1/review_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { MessageIds } from "@app/platform/messaging/message-ids.ts";
import type { Rating } from "../domain/rating.ts";
import type { Subject } from "../domain/subject.ts";
import { ratingKey } from "./rating-key.ts";

export interface RatingNews extends Rating {
  readonly version: number;
  readonly time: Date;
}

/** The message of a rating that changed: all of it, so that a newer one replaces all older ones. */
export function ratingMessage(
  subject: Subject,
  { reviews, stars, version, time }: RatingNews,
  ids: MessageIds,
): OutgoingMessage {
  const rating = { reviews: BigInt(reviews), stars: BigInt(stars) };
  const envelope = { ...ratingKey(subject), version, time };
  return subject.kind === "event"
    ? composeMessage(
        { ...envelope, schema: EventRatedSchema, body: { ratedEventId: subject.id, rating } },
        ids,
      )
    : composeMessage(
        { ...envelope, schema: ItemRatedSchema, body: { sku: subject.id, rating } },
        ids,
      );
}
