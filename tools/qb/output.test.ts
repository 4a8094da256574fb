import { describe, expect, test } from "bun:test";
import { type Column, type OutputSettings, output } from "./output.ts";

interface Row {
  readonly id: number;
  readonly text: string;
}

const columns: readonly Column<Row>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "TEXT", value: ({ text }) => text, paint: (text, _row, { red }) => red(text) },
  { title: "NOTE", value: () => null },
];
const rows = [
  { id: 1, text: "short" },
  { id: 200, text: "a\tlonger\x1b[2J one" },
];

describe("output", () => {
  test("aligns and colours tables on a terminal, and lets no message rewrite it", () => {
    const { out, text } = written({ isTerminal: true });

    out.table(columns, rows);

    expect(text().split("\n")).toEqual([
      "\x1b[1mID   TEXT              NOTE\x1b[22m",
      "1    \x1b[31mshort           \x1b[39m  -",
      "200  \x1b[31ma longer [2J one\x1b[39m  -",
      "",
    ]);
  });

  test("writes no colour where NO_COLOR is set", () => {
    const { out, text } = written({ isTerminal: true, noColour: true });

    out.table(columns, rows);

    expect(text()).not.toContain("\x1b");
  });

  test("separates by tabs in a pipe", () => {
    const { out, text } = written({ isTerminal: false });

    out.table(columns, rows);
    out.status("waiting");

    expect(text()).toBe("ID\tTEXT\tNOTE\n1\tshort\t-\n200\ta longer [2J one\t-\n");
  });

  test("writes nothing but JSON when asked for it", () => {
    const { out, text } = written({ json: true, isTerminal: true });

    out.table(columns, rows);
    out.say("hello");
    out.record([["a", 1]]);
    out.status("waiting");
    out.data({ rows });

    expect(JSON.parse(text())).toEqual({ rows });
  });

  test("replaces the status by the next line", () => {
    const { out, text } = written({ isTerminal: true, noColour: true });

    out.status("waiting");
    out.say("done");

    expect(text()).toBe("\r\x1b[2Kwaiting\r\x1b[2Kdone\n");
  });
});

function written(settings: Partial<OutputSettings>) {
  const parts: string[] = [];
  const out = output({
    json: false,
    noColour: false,
    ...settings,
    write: (text) => void parts.push(text),
  });
  return { out, text: () => parts.join("") };
}
