import { messageContracts } from "@app/contracts/messages.ts";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Field } from "../../kit/field.tsx";
import type { Filters } from "../filters.ts";

/** Where to read, and what. Nothing is asked before it is sent. */
export function MessageFilters({
  filters,
  onChange,
}: {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}) {
  const types = useId();
  const [given, setGiven] = useState({
    from: filters.from ?? "",
    since: filters.since ?? "",
    type: filters.type ?? "",
    key: filters.key ?? "",
  });
  const field = (name: keyof typeof given) => ({
    value: given[name],
    onChange: ({ target }: { target: { value: string } }) =>
      setGiven((before) => ({ ...before, [name]: target.value })),
    autoComplete: "off",
    spellCheck: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(given);
  };
  return (
    <form className="messages__filters" onSubmit={submit}>
      <Field label="From sequence" inputMode="numeric" pattern="[0-9]*" {...field("from")} />
      <Field label="Or since" placeholder="2026-05-04T12:00:00Z" {...field("since")} />
      <Field label="Type" placeholder="orders.v1.order_created" list={types} {...field("type")} />
      <Field label="Key" placeholder="order/17" {...field("key")} />
      <datalist id={types}>
        {messageContracts.map(({ subject }) => (
          <option key={subject} value={subject} />
        ))}
      </datalist>
      <Button type="submit">Show these</Button>
    </form>
  );
}
