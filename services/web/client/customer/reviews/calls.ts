import { ReviewsService } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { clientOf } from "../../lib/transport.ts";

export const reviewsCalls = clientOf(ReviewsService);

export const itemSubject = (sku: string) => `item:${sku}`;
export const eventSubject = (eventId: string) => `event:${eventId}`;
