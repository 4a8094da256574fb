import { Badge } from "../../kit/badge.tsx";
import { Notice } from "../../kit/notice.tsx";
import { count, dateTime } from "../../lib/format.ts";
import { plainError } from "../message-type.ts";
import { rowsOf } from "./field-table.tsx";
import type { ShownLetter } from "./letter-card.tsx";

/** A word for where the letter stands. */
export function StateBadge({ letter: { state } }: Pick<ShownLetter, "letter">) {
  if (state === "dead") return <Badge tone="bad">Dead letter</Badge>;
  if (state === "discarded") return <Badge tone="warn">Discarded</Badge>;
  return (
    <Badge tone="ok" icon="check">
      Repaired
    </Badge>
  );
}

/** The state in words, with what follows from it. */
export function WhatNow({ letter }: Pick<ShownLetter, "letter">) {
  const { state, key, error, lane, resolvedAt, attempts } = letter;
  const when = resolvedAt === null ? "" : ` at ${dateTime(resolvedAt)}`;
  if (state === "done") {
    return (
      <Notice tone="ok" title={`Repaired${when}`}>
        <p>
          Its handler has run, exactly once, and what waited behind it runs in order.
          {key !== null && " Follow shows what came of it."}
        </p>
      </Notice>
    );
  }
  if (state === "discarded") {
    return (
      <Notice tone="warn" icon="trash" title={`Discarded${when}`}>
        <p>Its handler never ran. It can be restored until a later message of its key has run.</p>
      </Notice>
    );
  }
  const flaw = rowsOf(letter).findLast((row) => row.flaw !== undefined);
  return (
    <Notice tone="bad" title={capital(plainError(error)) || "It could not be handled"}>
      {flaw && (
        <p>
          The field <code>{flaw.path}</code> is not right: {flaw.flaw} With <b>Edit and redrive</b>{" "}
          you say what it should be; the form begins with all that could be read.
        </p>
      )}
      {letter.revision > 1 && "json" in letter.payload && (
        <p>It was edited since and can be read now: a redrive runs revision {letter.revision}.</p>
      )}
      <p>
        {attempts === 0
          ? "It was not tried."
          : `Tried ${attempts === 1 ? "once" : `${count(attempts)} times`}.`}{" "}
        {key === null
          ? "Its headers name no key and version, so it can be neither run nor edited: read it, then discard it."
          : `Everything else of ${key.replace("/", " ")} waits behind it${lane && lane.waiting > 0 ? `, ${count(lane.waiting)} so far` : ""}; other keys flow.`}
      </p>
    </Notice>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
