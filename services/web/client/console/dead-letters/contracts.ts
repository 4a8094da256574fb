import { messageContracts } from "@app/contracts/messages.ts";
import type { DescMessage } from "@bufbuild/protobuf";

/** The contract of a message type such as `orders.v1.order_created`; undefined when there is none. */
export function contractOf(type: string): DescMessage | undefined {
  return messageContracts.find(({ subject }) => subject === type)?.schema;
}
