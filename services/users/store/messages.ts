import {
  UserDeletedSchema,
  UserRegisteredSchema,
} from "@app/contracts/gen/users/v1/user_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { MessageIds } from "@app/platform/messaging/message-ids.ts";
import type { UserRegistered } from "../domain/register-user.ts";

export interface UserDeleted {
  readonly userId: string;
  /** One more than the account's last. */
  readonly version: number;
  readonly at: Date;
}

/** The last message of an account. */
export function deletedMessage(
  { userId, version, at }: UserDeleted,
  ids: MessageIds,
): OutgoingMessage {
  return composeMessage(
    {
      aggregate: "user",
      id: userId,
      version,
      time: at,
      schema: UserDeletedSchema,
      body: { userId },
    },
    ids,
  );
}

/** The message that carries a fact. An account announces all its facts under the one key `user/<id>`. */
export function toMessage(fact: UserRegistered, ids: MessageIds): OutgoingMessage {
  const { userId, name, version, at } = fact;
  return composeMessage(
    {
      aggregate: "user",
      id: userId,
      version,
      time: at,
      schema: UserRegisteredSchema,
      body: { userId, name },
    },
    ids,
  );
}
