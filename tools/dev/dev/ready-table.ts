import { stripVTControlCharacters } from "node:util";
import type { Colours } from "./colours.ts";
import type { Replica } from "./service-plan.ts";
import { urlOf } from "./service-unit.ts";
import type { Unit, UnitState, UnitStatus } from "./supervise.ts";

export interface TableRow {
  readonly unit: Pick<Unit, "name" | "status" | "pid">;
  readonly url: string;
  /** Further addresses of the same. */
  readonly more: readonly string[];
}

export const replicaRow = (unit: Unit, replica: Replica): TableRow => ({
  unit,
  url: urlOf(replica),
  more: [
    ...(replica.ports.grpc ? [`gRPC 127.0.0.1:${replica.ports.grpc}`] : []),
    `metrics http://127.0.0.1:${replica.ports.metrics}/metrics`,
  ],
});

/** A server's URL without its password. */
export const serverRow = (unit: Unit, url: string): TableRow => {
  const shown = new URL(url);
  shown.password = "";
  return { unit, url: shown.href, more: [] };
};

/** Name, URL, state, milliseconds to its start and process of everything that runs. */
export function readyTable(rows: readonly TableRow[], colours: Colours): string {
  const cells = rows.map(({ unit: { name, status, pid }, url, more }) => [
    name,
    // Where it does not listen itself, another run may.
    status.state === "down" || status.state === "starting" ? "" : url,
    stateText(status, colours),
    status.startMs === undefined ? "" : String(status.startMs),
    pid === undefined ? "" : String(pid),
    colours.dim(more.join("  ")),
  ]);
  const table = [["name", "url", "state", "ms", "pid", ""], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((row) => widthOf(row[column] ?? ""))),
  );
  return table
    .map((row, line) => {
      const text = row
        .map((cell, column) =>
          padded(cell, { width: widths[column] ?? 0, right: NUMBERS.has(column) }),
        )
        .join("  ")
        .trimEnd();
      return `  ${line === 0 ? colours.dim(text) : text}`;
    })
    .join("\n");
}

/** Columns whose cells end below each other. */
const NUMBERS: ReadonlySet<number> = new Set([3, 4]);

const MARKS: Readonly<Record<UnitState, string>> = {
  starting: "○",
  ready: "●",
  degraded: "◐",
  paused: "‖",
  down: "✗",
  stopped: "■",
};

/** A state in its colour: red for what is down, yellow for what lacks something. */
export function stateText({ state, detail }: UnitStatus, colours: Colours): string {
  const text = detail && state !== "down" ? `${state} (${detail})` : state;
  return paint(state, colours)(text);
}

/** All units in one line, each with a mark in the colour of its state. */
export function statusLine(units: readonly Pick<Unit, "name" | "status">[], colours: Colours) {
  return units
    .map(({ name, status: { state } }) => {
      const text = `${MARKS[state]} ${name}`;
      return state === "ready"
        ? `${colours.green(MARKS[state])} ${name}`
        : paint(state, colours)(text);
    })
    .join("  ");
}

export function paint(state: UnitState, colours: Colours): (text: string) => string {
  if (state === "ready") return colours.green;
  return state === "down" ? colours.red : colours.yellow;
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

function padded(text: string, { width, right }: { width: number; right: boolean }): string {
  const gap = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? gap + text : text + gap;
}
