import type { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import type { LetterGroupsView } from "@app/platform/messaging/ops-repair-views.ts";
import { duration } from "../../lib/format.ts";
import type { Answer } from "../ask.ts";
import type { Filters } from "../filters.ts";
import type { ConsolePath } from "../go-to.tsx";
import { messageName, plainError, reasonText } from "../message-type.ts";

/** Something that does not mend itself, and where it is mended. */
export interface Todo {
  readonly key: string;
  readonly tone: "bad" | "warn";
  readonly icon: "dead" | "pulse" | "clock" | "alert" | "wifioff";
  /** How many, or for how long. */
  readonly size: string;
  readonly what: string;
  readonly why: string;
  readonly to: ConsolePath;
  readonly search: Filters;
  readonly action: string;
}

/** A few of the largest are enough to begin with; the page of dead letters has them all. */
const groupsMax = 5;

/** Everything that needs a person, the worst first. Empty when all mends itself. */
export function todosOf(
  answers: readonly Answer<OverviewView>[],
  groups: readonly Answer<LetterGroupsView>[],
  nowMs: number,
): readonly Todo[] {
  return [
    ...answers.flatMap(awayOf),
    ...answers.flatMap(({ value }) => (value ? differencesOf(value) : [])),
    ...groupsOf(groups),
    ...answers.flatMap(({ value, problem }) => (value && !problem ? failingOf(value) : [])),
    ...answers.flatMap(({ value }) => (value ? lanesOf(value) : [])),
    ...answers.flatMap(({ value }) => (value ? undecidedOf(value, nowMs) : [])),
  ];
}

function awayOf({ service, problem }: Answer<OverviewView>): readonly Todo[] {
  if (problem === undefined) return [];
  return [
    {
      key: `away ${service}`,
      tone: "bad",
      icon: "wifioff",
      size: "away",
      what: `${service} does not answer.`,
      why: problem.detail || problem.title,
      to: "/console",
      search: {},
      action: "It is asked again every two seconds",
    },
  ];
}

function differencesOf({ service, conservation }: OverviewView): readonly Todo[] {
  const { missing, breaches, broken } = conservation;
  if (missing + breaches === 0) return [];
  const what =
    missing > 0
      ? `${missing} messages of ${service} are missing.`
      : `Rows of ${service} do not add up.`;
  return [
    {
      key: `differences ${service}`,
      tone: "bad",
      icon: "alert",
      size: String(missing + breaches),
      what,
      why: broken.length > 0 ? `Broken: ${broken.join(", ")}.` : "qb verify names each of them.",
      to: "/console/streams",
      search: {},
      action: "Look at the streams",
    },
  ];
}

function groupsOf(groups: readonly Answer<LetterGroupsView>[]): readonly Todo[] {
  const all = groups.flatMap(({ service, value }) =>
    (value?.groups ?? []).map((group) => ({ ...group, service })),
  );
  return all
    .toSorted((a, b) => b.count - a.count)
    .slice(0, groupsMax)
    .map(({ id, service, consumer, type, reason, error, count }) => ({
      key: `letters ${id}`,
      tone: "bad",
      icon: "dead",
      size: String(count),
      what: `${messageName(type)} ${reasonText(reason)}.`,
      why: `${consumer}: ${plainError(error)}.`,
      to: "/console/dead-letters",
      search: { group: id, service },
      action: "Review and repair",
    }));
}

/** Consumers and lanes have findings of their own, and dead letters are told above. */
function failingOf({ service, readiness, consumers }: OverviewView): readonly Todo[] {
  const served = new Set(consumers.map(({ stream }) => `consumer ${stream}`));
  const idle = consumers.flatMap(({ consumer, problem, broker }): Todo[] => {
    if (problem === null) return [];
    return [
      {
        key: `consumer ${consumer}`,
        tone: "bad",
        icon: "pulse",
        size: broker === null ? "?" : String(broker.pending),
        what: `${consumer} is not served.`,
        why: `${problem}.`,
        to: "/console/streams",
        search: { consumer },
        action: "Open the consumer",
      },
    ];
  });
  const failing = readiness.failing
    .filter(
      ({ name }) => !served.has(name) && name !== "reconciled" && !name.startsWith("waiting "),
    )
    .map(
      ({ name, critical, problem }): Todo => ({
        key: `check ${service} ${name}`,
        tone: critical ? "bad" : "warn",
        icon: "alert",
        size: critical ? "fails" : "unwell",
        what: `${service}: ${name} is not well.`,
        why: problem,
        to: "/console/streams",
        search: {},
        action: "Look at streams and consumers",
      }),
    );
  return [...idle, ...failing];
}

function lanesOf({ consumers }: OverviewView): readonly Todo[] {
  return consumers.flatMap(({ consumer, stuckLanes }): Todo[] =>
    stuckLanes === 0
      ? []
      : [
          {
            key: `lanes ${consumer}`,
            tone: "warn",
            icon: "clock",
            size: String(stuckLanes),
            what: `Keys of ${consumer} wait for a version that the stream no longer has.`,
            why: "qb lane ls --state stuck names them.",
            to: "/console/streams",
            search: { consumer },
            action: "Open the consumer",
          },
        ],
  );
}

function undecidedOf({ undecided }: OverviewView, nowMs: number): readonly Todo[] {
  if (!undecided?.oldest) return [];
  const { what, count, oldest } = undecided;
  const name = oldest.key.replace("/", " ");
  return [
    {
      key: `undecided ${what}`,
      tone: "warn",
      icon: "clock",
      size: coarse(nowMs - Date.parse(oldest.since)),
      what: count === 1 ? `${capital(name)} is stuck.` : `${count} ${what} are stuck.`,
      why: count === 1 ? "It is undecided for over a minute." : `The oldest is ${name}.`,
      to: "/console/follow",
      search: { of: oldest.key },
      action: `Follow ${name}`,
    },
  ];
}

/** A span in its largest unit alone. */
const coarse = (ms: number) => duration(ms).split(" ").slice(0, 2).join(" ");

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
