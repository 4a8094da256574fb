import type { StreamMessageView } from "@app/platform/messaging/ops-stream-views.ts";
import { Icon } from "../../kit/icon.tsx";
import { dateTime, timeExact } from "../../lib/format.ts";
import { GoTo, type Place } from "../go-to.tsx";
import { messageName } from "../message-type.ts";
import { Payload } from "../payload.tsx";

export interface MessageRowProps {
  readonly message: StreamMessageView;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** One message in a line, and all of it once it is opened. */
export function MessageRow({ message, open, onToggle }: MessageRowProps) {
  const { sequence, publishedAt, type, key, version, subject, eventId, headers, payload } = message;
  const isToday = new Date(publishedAt).toDateString() === new Date().toDateString();
  const detailsId = `message-${sequence}`;
  return (
    <li>
      <div className="messages__row">
        <button
          type="button"
          className="iconbtn"
          data-row
          aria-expanded={open}
          aria-controls={detailsId}
          aria-label={`${open ? "Hide" : "Show"} message ${sequence}`}
          onClick={onToggle}
        >
          <Icon name={open ? "down" : "chev"} small />
        </button>
        <span className="num mono">{sequence}</span>
        <span className="num faint" title={publishedAt}>
          {isToday ? timeExact(publishedAt) : dateTime(publishedAt)}
        </span>
        <b>{messageName(type)}</b>
        {key === null ? (
          <span className="muted">no key</span>
        ) : (
          <GoTo {...placeOf(key)}>
            {key} v{version}
          </GoTo>
        )}
      </div>
      <div className="messages__more" id={detailsId} hidden={!open}>
        {open && (
          <>
            <Payload payload={payload} />
            <dl className="kvs xs">
              <dt>Subject</dt>
              <dd className="mono">{subject}</dd>
              <dt>Id</dt>
              <dd className="mono">{eventId}</dd>
              {Object.entries(headers).map(([name, value]) => (
                <HeaderLine key={name} name={name} value={value} />
              ))}
            </dl>
          </>
        )}
      </div>
    </li>
  );
}

/** Where a key is shown: the announcement of a dead letter leads to the letter. */
function placeOf(key: string): Place {
  const [, service, id] = /^dead-letter\/([a-z]+)-(\d+)$/.exec(key) ?? [];
  return id === undefined
    ? { to: "/console/follow", search: { of: key } }
    : { to: "/console/dead-letters", search: { letter: `${service}/${id}` } };
}

function HeaderLine({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt className="mono">{name}</dt>
      <dd className="mono">{value}</dd>
    </>
  );
}
