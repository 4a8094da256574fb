import { UserDeletedSchema } from "@app/contracts/gen/users/v1/user_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { ReviewsStores } from "../store/unit.ts";

/** An account is gone: what it wrote is a former customer's from now on. */
export const onUserDeleted = consumes<ReviewsStores, typeof UserDeletedSchema>(UserDeletedSchema, {
  rows: (messages) => messages.map(({ userId }) => row("writers", userId)),
  handle: ({ people }, { userId }) => people.forget(userId),
});
