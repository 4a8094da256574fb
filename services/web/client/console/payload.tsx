import type { PayloadView } from "@app/platform/messaging/ops-views.ts";
import { bytesText } from "./quantities.ts";
import "./payload.css";

/** What a message says, as far as its contract can read it. */
export function Payload({ payload }: { readonly payload: PayloadView }) {
  const isRead = "json" in payload;
  return (
    <figure className="payload">
      <figcaption className="xs muted">
        {isRead ? "Read by its contract" : `Not readable: ${payload.problem}`},{" "}
        {bytesText(payload.bytes)}
        {isRead &&
          payload.unknownFields > 0 &&
          `, ${payload.unknownFields} fields it does not know`}
      </figcaption>
      <pre>{isRead ? JSON.stringify(payload.json, null, 2) : payload.base64}</pre>
    </figure>
  );
}
