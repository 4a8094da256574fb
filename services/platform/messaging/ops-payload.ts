import { type DescMessage, fromBinary, toJson } from "@bufbuild/protobuf";
import type { StoredMessage } from "./broker.ts";
import { readHeaders } from "./incoming.ts";
import { messageType } from "./message.ts";
import type { PayloadView } from "./ops-views.ts";

/** Shows payloads to people. */
export interface PayloadViewer {
  view(message: StoredMessage): PayloadView;
}

/**
 * Reads payloads by their contracts as far as they can be read. The contracts' rules are not asked:
 * a message that breaks one is shown whole, and its dead letter says which.
 */
export function payloadViewer(contracts: readonly DescMessage[]): PayloadViewer {
  const schemas = new Map(contracts.map((schema) => [messageType(schema), schema]));

  return {
    view(message) {
      const { type, payload } = readHeaders(message);
      const bytes = payload.length;
      const asBytes = (problem: string) => ({
        problem,
        base64: Buffer.from(payload).toString("base64"),
        bytes,
      });
      const schema = schemas.get(type);
      if (!schema) {
        return asBytes(`no contract describes the type ${JSON.stringify(type.slice(0, 200))}`);
      }
      try {
        const body = fromBinary(schema, payload);
        return { json: toJson(schema, body), unknownFields: body.$unknown?.length ?? 0, bytes };
      } catch (error) {
        return asBytes(error instanceof Error ? error.message : String(error));
      }
    },
  };
}
