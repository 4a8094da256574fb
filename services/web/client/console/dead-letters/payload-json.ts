import type { DeadLetterDetailView } from "@app/platform/messaging/ops-views.ts";
import type { DescMessage } from "@bufbuild/protobuf";
import { jsonOfBytes } from "./field-rows.ts";

export type Json = { readonly [name: string]: unknown };

/** What an edit begins with: the payload as its contract reads it, or as far as its bytes tell. */
export function payloadJson(schema: DescMessage, payload: DeadLetterDetailView["payload"]): Json {
  if (!("json" in payload)) return jsonOfBytes(schema, bytesOfBase64(payload.base64));
  return typeof payload.json === "object" && payload.json !== null ? (payload.json as Json) : {};
}

export function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
