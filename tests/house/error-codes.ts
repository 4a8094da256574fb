import { refusalMeanings } from "@app/platform/errors.ts";
import { isTestCode, sourceFiles, textOf } from "./repository.ts";
import { literalText, type Node, nameOf, nodesOf, parse } from "./syntax.ts";

/** Where problems stand as they are answered, without a refusal. */
const problemFiles = ["services/platform/problem.ts", "services/web/gateway/away.ts"];

/** Refusals that no answer carries: a check throws them, and `/readyz` tells their text. */
const ofChecks = new Set([
  ...["canary_failed", "certificate_expires", "lanes_waiting", "loop_not_running"],
  ...["messages_missing", "probe_late", "token_keys_unread", "{name}_not_well", "verdict.because"],
]);

/** Codes that are put together, and what they can be. */
const families: Readonly<Record<string, readonly string[]>> = {
  "{what}_not_found": ["event_not_found", "location_not_found"],
  "invalid_{name.toLowerCase()}": ["invalid_<name>"],
  "invalid_{name}": ["invalid_<name>"],
  "run_{run.state}": ["run_<state>"],
  because: ["outbox_full", "backlog_too_long"],
};

/** Every code that an answer of a service can carry, with the statuses it comes with. */
export function errorCodes(): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, Set<number>>();
  const add = (code: string, status: number) =>
    found.set(code, (found.get(code) ?? new Set()).add(status));

  for (const path of sourceFiles()) {
    if (!path.startsWith("services/") || path.includes("/client/") || isTestCode(path)) continue;
    const text = textOf(path);
    const isProblems = problemFiles.includes(path);
    if (!isProblems && !text.includes("new Refusal(")) continue;
    const source = parse(path, text);
    for (const node of nodesOf(source)) {
      for (const { code, status } of refusalIn(node, text)) add(code, status);
      const problem = isProblems ? problemIn(node) : undefined;
      if (problem) add(problem.code, problem.status);
    }
  }
  return new Map([...found].map(([code, statuses]) => [code, [...statuses].toSorted()]));
}

function refusalIn(node: Node, text: string) {
  if (node.type !== "NewExpression" || nameOf(node.callee) !== "Refusal") return [];
  const [kind, reason] = Array.isArray(node.arguments) ? node.arguments : [];
  const meaning = Object.entries(refusalMeanings).find(([name]) => name === literalText(kind));
  if (meaning === undefined) throw new Error(`${text.slice(node.start, node.start + 60)}: kind`);
  const [, { httpStatus: status }] = meaning;
  const literal = literalText(reason);
  const written = text.slice(reason.start, reason.end).replaceAll(/[`$]/g, "");
  if (ofChecks.has(literal ?? written)) return [];
  const codes = literal === undefined ? families[written] : [literal];
  if (codes === undefined) throw new Error(`say in error-codes.ts what ${written} can be`);
  return codes.map((code) => ({ code, status }));
}

/** A problem as an object literal has it: a code and a status beside it. */
function problemIn({ type, properties }: Node) {
  if (type !== "ObjectExpression" || !Array.isArray(properties)) return undefined;
  const memberOf = (name: string) => properties.find(({ key }) => nameOf(key) === name)?.value;
  const code = literalText(memberOf("code"));
  const status: unknown = memberOf("status")?.value;
  return code !== undefined && typeof status === "number" ? { code, status } : undefined;
}
