import { type Colours, colours } from "./colour.ts";

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
  readonly paint?: (text: string, row: Row, colours: Colours) => string;
}

/** How a command speaks: for people on a terminal, in plain lines to a pipe, or in JSON. */
export interface Output {
  readonly json: boolean;
  readonly isTerminal: boolean;
  readonly colours: Colours;
  /** A line for people; nothing in JSON. */
  say(line?: string): void;
  /** One JSON document, or one JSON line of several; nothing for people. */
  data(value: unknown): void;
  /** Aligned on a terminal, separated by tabs in a pipe. Nothing in JSON. */
  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void;
  /** Names and values below each other. Nothing in JSON. */
  record(entries: readonly (readonly [name: string, value: string | number | null])[]): void;
  /** A line that the next one replaces; only on a terminal. An empty one takes it away. */
  status(line: string): void;
}

export interface OutputSettings {
  readonly json: boolean;
  readonly isTerminal?: boolean;
  readonly noColour?: boolean;
  readonly write?: (text: string) => void;
}

export function output({
  json,
  isTerminal = process.stdout.isTTY === true,
  noColour = Boolean(process.env.NO_COLOR),
  write = (text) => void process.stdout.write(text),
}: OutputSettings): Output {
  const paint = colours(isTerminal && !noColour && !json);
  let hasStatus = false;
  const line = (text: string) => {
    const clear = hasStatus ? "\r\x1b[2K" : "";
    hasStatus = false;
    write(`${clear}${text}\n`);
  };

  return {
    json,
    isTerminal,
    colours: paint,
    say: (text = "") => {
      if (!json) line(text);
    },
    data: (value) => {
      if (json) write(`${JSON.stringify(value)}\n`);
    },
    table: (columns, rows) => {
      if (json) return;
      const cells = rows.map((row) => columns.map(({ value }) => cell(value(row))));
      if (!isTerminal) {
        line(columns.map(({ title }) => title).join("\t"));
        for (const texts of cells) line(texts.join("\t"));
        return;
      }
      const widths = columns.map(({ title }, at) =>
        Math.max(title.length, ...cells.map((texts) => texts[at]?.length ?? 0)),
      );
      const padded = (text: string, at: number) => text.padEnd(widths[at] ?? 0);
      line(
        paint.bold(
          columns
            .map(({ title }, at) => padded(title, at))
            .join("  ")
            .trimEnd(),
        ),
      );
      for (const [index, row] of rows.entries()) {
        const texts = columns.map((column, at) => {
          const text = padded(cells[index]?.[at] ?? "", at);
          return column.paint ? column.paint(text, row, paint) : text;
        });
        line(texts.join("  ").trimEnd());
      }
    },
    record: (entries) => {
      if (json) return;
      const width = Math.max(...entries.map(([name]) => name.length));
      for (const [name, value] of entries) {
        if (isTerminal) line(`${paint.dim(name.padEnd(width))}  ${cell(value)}`);
        else line(`${name}\t${cell(value)}`);
      }
    },
    status: (text) => {
      if (json || !isTerminal) return;
      if (text === "" && !hasStatus) return;
      write(`\r\x1b[2K${paint.dim(text)}`);
      hasStatus = text !== "";
    },
  };
}

/** What comes from messages may hold anything; a control character would rewrite the terminal. */
function cell(value: string | number | null): string {
  if (value === null) return "-";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return String(value).replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}
