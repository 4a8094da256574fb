import type { CatalogEntry } from "@app/contracts/catalog.ts";
import { GoTo } from "../go-to.tsx";
import { byOwner } from "./matching.ts";

export interface MessageListProps {
  readonly entries: readonly CatalogEntry[];
  readonly chosen: string | undefined;
  /** What they were searched by. */
  readonly text: string;
}

/** Messages by who sends them. */
export function MessageList({ entries, chosen, text }: MessageListProps) {
  if (entries.length === 0) {
    return (
      <p className="pad muted" role="status">
        No message or field is called like that.
      </p>
    );
  }
  return byOwner(entries).map(([owner, messages]) => (
    <div key={owner} className="catalog__group">
      <h2 className="xs muted">{owner === "platform" ? "every service" : owner}</h2>
      <ul>
        {messages.map(({ type, name }) => (
          <li key={type}>
            <GoTo
              to="/console/catalog"
              search={{ message: type, q: text }}
              data-row
              data-chosen={type === chosen || undefined}
            >
              {name}
            </GoTo>
          </li>
        ))}
      </ul>
    </div>
  ));
}
