import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import { file_bookings_v1_booking_messages } from "./gen/bookings/v1/booking_messages_pb.ts";
import { file_events_v1_event_messages } from "./gen/events/v1/event_messages_pb.ts";
import { file_inventory_v1_inventory_messages } from "./gen/inventory/v1/inventory_messages_pb.ts";
import { file_orders_v1_order_messages } from "./gen/orders/v1/order_messages_pb.ts";
import { file_reviews_v1_review_messages } from "./gen/reviews/v1/review_messages_pb.ts";
import { file_users_v1_user_messages } from "./gen/users/v1/user_messages_pb.ts";
import { streams } from "./topology.ts";

/** What a message is called on its way, and which schema its payload has. */
export interface MessageContract {
  /** The message's name in snake_case, such as `order_created`. */
  readonly type: string;
  /** The subject without the id, such as `orders.v1.order_created`; also the `ce-type` header. */
  readonly subject: string;
  readonly stream: string;
  readonly schema: DescMessage;
}

/** Every message that services send each other, read off the contracts: a new one in the protos is here too. */
export const messageContracts: readonly MessageContract[] = [
  file_orders_v1_order_messages,
  file_inventory_v1_inventory_messages,
  file_events_v1_event_messages,
  file_bookings_v1_booking_messages,
  file_reviews_v1_review_messages,
  file_users_v1_user_messages,
].flatMap(contractsIn);

function contractsIn(file: DescFile): MessageContract[] {
  const stream = streams.find(({ subjects }) => subjects.includes(`${file.proto.package}.>`));
  if (!stream) throw new TypeError(`no stream takes in the messages of ${file.proto.name}`);

  // Parts of messages, such as one line of an order, have no id of their own.
  const messages = file.messages.filter(({ field }) => "eventId" in field);
  return messages.map((schema) => {
    const type = schema.name.replace(/(?<=.)[A-Z]/g, "_$&").toLowerCase();
    return { type, subject: `${file.proto.package}.${type}`, stream: stream.name, schema };
  });
}
