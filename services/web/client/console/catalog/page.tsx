import { catalog } from "@app/contracts/catalog.ts";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Field } from "../../kit/field.tsx";
import { Icon } from "../../kit/icon.tsx";
import { ConsolePage } from "../console-page.tsx";
import { useFilters } from "../filters.ts";
import { QbCommand } from "../qb-command.tsx";
import { downloadAsyncApi } from "./download.ts";
import { matching } from "./matching.ts";
import { MessageDetail } from "./message-detail.tsx";
import { MessageList } from "./message-list.tsx";
import "./catalog.css";

/** Every message that services send: who sends it, who listens, and what it says. */
export function CatalogPage() {
  const [{ message, q = "" }, setFilters] = useFilters();
  const [text, setText] = useState(q);
  const found = matching(catalog, text);
  const chosen = catalog.find(({ type }) => type === message) ?? found[0];
  return (
    <ConsolePage
      title="Catalog"
      about={`${catalog.length} messages, read off the contracts`}
      actions={
        <>
          <QbCommand command="qb catalog asyncapi > asyncapi.json" />
          <Button onClick={downloadAsyncApi}>
            <Icon name="down" />
            Download AsyncAPI
          </Button>
        </>
      }
    >
      <div className="catalog">
        <section className="card catalog__list" aria-label="All messages">
          <div className="catalog__find">
            <Field
              label="Find a message or a field"
              type="search"
              value={text}
              onChange={({ target }) => {
                setText(target.value);
                setFilters({ q: target.value });
              }}
              autoComplete="off"
              spellCheck={false}
            />
          </div>
          <MessageList entries={found} chosen={chosen?.type} text={text} />
        </section>
        {chosen === undefined ? null : <MessageDetail key={chosen.type} entry={chosen} />}
      </div>
    </ConsolePage>
  );
}
