import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { Button } from "../../kit/button.tsx";
import { Field, FieldFrame } from "../../kit/field.tsx";
import { Icon } from "../../kit/icon.tsx";
import type { Path } from "./edit-model.ts";
import { isTimestamp, typeOf } from "./field-values.ts";
import type { Json } from "./payload-json.ts";

export interface MessageFieldsProps {
  readonly schema: DescMessage;
  readonly json: Json;
  /** Where this message stands in the payload. */
  readonly at?: Path;
  readonly prefix?: string;
  readonly problems: Readonly<Record<string, string>>;
  readonly onChange: (path: Path, value: unknown) => void;
}

/** Who a message is, which an edit never changes. */
const identity = new Set(["event_id", "time"]);

/** A form made from a contract: one control for each field, and more inside of lists. */
export function MessageFields(props: MessageFieldsProps) {
  const { schema, at = [] } = props;
  const fields = schema.fields.filter(({ name }) => at.length > 0 || !identity.has(name));
  return fields.map((field) =>
    field.fieldKind === "list" ? (
      <ListField key={field.name} field={field} {...props} />
    ) : field.message && !isTimestamp(field) ? (
      <Nested key={field.name} field={field} {...props} />
    ) : (
      <OneField key={field.name} field={field} {...props} />
    ),
  );
}

type OneProps = MessageFieldsProps & { readonly field: DescField };

function OneField({ field, json, at = [], prefix = "", problems, onChange }: OneProps) {
  return (
    <ValueField
      field={field}
      name={`${prefix}${field.name}`}
      value={json[field.jsonName]}
      error={problems[`${prefix}${field.name}`]}
      onChange={(value) => onChange([...at, field.jsonName], value)}
    />
  );
}

function ValueField({
  field,
  name,
  value,
  error,
  onChange,
}: {
  readonly field: DescField;
  readonly name: string;
  readonly value: unknown;
  readonly error: string | undefined;
  readonly onChange: (value: unknown) => void;
}) {
  const label = (
    <>
      <code>{name}</code> <span className="faint">{typeOf(field)}</span>
    </>
  );
  if (field.enum || field.scalar === ScalarType.BOOL) {
    const options = field.enum ? field.enum.values.map((one) => one.name) : ["false", "true"];
    return (
      <FieldFrame label={label} error={error}>
        {(wired) => (
          <select
            {...wired}
            className="input"
            value={String(value ?? options[0])}
            onChange={({ target }) => onChange(field.enum ? target.value : target.value === "true")}
          >
            {options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        )}
      </FieldFrame>
    );
  }
  const isText = field.scalar === ScalarType.STRING || isTimestamp(field);
  return (
    <Field
      label={label}
      {...(error === undefined ? {} : { error })}
      inputMode={isText ? "text" : "numeric"}
      value={value === undefined ? "" : String(value)}
      autoComplete="off"
      spellCheck={false}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

function Nested({ field, json, at = [], prefix = "", problems, onChange }: OneProps) {
  if (!field.message) return null;
  return (
    <fieldset className="nested">
      <legend>{`${prefix}${field.name}`}</legend>
      <MessageFields
        schema={field.message}
        json={asJson(json[field.jsonName])}
        at={[...at, field.jsonName]}
        prefix={`${prefix}${field.name}.`}
        problems={problems}
        onChange={onChange}
      />
    </fieldset>
  );
}

function ListField({ field, json, at = [], prefix = "", problems, onChange }: OneProps) {
  const value = json[field.jsonName];
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const { message } = field;
  return (
    <fieldset className="nested">
      <legend>
        <code>{`${prefix}${field.name}`}</code> <span className="faint">{typeOf(field)}</span>
      </legend>
      {list.map((part, index) => {
        const name = `${prefix}${field.name}[${index}]`;
        const path = [...at, field.jsonName, index];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: an element has nothing else to be known by.
          <div className="nested__row" key={index}>
            {message ? (
              <MessageFields
                schema={message}
                json={asJson(part)}
                at={path}
                prefix={`${name}.`}
                problems={problems}
                onChange={onChange}
              />
            ) : (
              <ValueField
                field={field}
                name={name}
                value={part}
                error={problems[name]}
                onChange={(changed) => onChange(path, changed)}
              />
            )}
            <Button
              kind="quiet"
              onClick={() => onChange(path, undefined)}
              aria-label={`Remove ${name}`}
            >
              <Icon name="x" />
            </Button>
          </div>
        );
      })}
      <Button
        kind="quiet"
        onClick={() => onChange([...at, field.jsonName, list.length], message ? {} : "")}
      >
        <Icon name="plus" />
        Add to {field.name}
      </Button>
    </fieldset>
  );
}

const asJson = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
