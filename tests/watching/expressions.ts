import { dashboards } from "@app/dev/grafana/dashboards.ts";
import type { AlertRules } from "./alert-rules.ts";

/** Something that a panel or a rule asks of Prometheus. */
export interface Asked {
  /** Whose question it is, for people. */
  readonly by: string;
  readonly expr: string;
}

/** As Grafana would fill it in for a short range. */
const rateInterval = "1m";

/** What every query of every panel asks; a panel of one service is asked about all of them. */
export function askedByPanels(): readonly Asked[] {
  return Object.entries(dashboards).flatMap(([name, { rows }]) =>
    rows
      .flatMap(({ panels }) => panels)
      .flatMap(({ title, queries }) =>
        queries.map(({ expr, legend }) => ({
          by: `panel ${name}/${title} (${legend})`,
          expr: expr
            .replaceAll("$__rate_interval", rateInterval)
            .replaceAll('service="$service"', 'service=~".+"'),
        })),
      ),
  );
}

/** What rules ask. One that does not fire has no answer, so each part of it is asked by itself. */
export const askedByAlerts = ({ groups }: AlertRules): readonly Asked[] =>
  groups.flatMap(({ rules }) =>
    rules.flatMap(({ alert, expr }) =>
      operandsOf(expr).map((operand) => ({ by: `alert ${alert}`, expr: operand })),
    ),
  );

const joint = /^\s(?:and|or|unless)(?:\s+on\s*\([^)]*\))?\s/;
const comparison = /^\s(==|!=|>=|<=|>|<)\s/;

/**
 * The parts that an expression joins by `and`, `or` and `unless`, comparing without leaving out what
 * does not hold: a part without an answer is one that could never make the rule fire.
 */
export function operandsOf(expression: string): readonly string[] {
  const operands: string[] = [];
  let operand = "";
  let depth = 0;
  for (let at = 0; at < expression.length; ) {
    const char = expression[at] ?? "";
    const rest = depth === 0 ? expression.slice(at) : "";
    const [joined] = joint.exec(rest) ?? [];
    const [compared, sign] = comparison.exec(rest) ?? [];
    if (joined !== undefined) {
      operands.push(operand);
      operand = "";
    } else if (compared !== undefined) operand += ` ${sign} bool `;
    else operand += char;
    if ("({[".includes(char)) depth += 1;
    if (")}]".includes(char)) depth -= 1;
    at += (joined ?? compared ?? char).length;
  }
  // What is asked whether it is absent is there in a system that is well.
  return [...operands, operand].map((text) => text.trim().replace(/^absent\((.*)\)$/, "$1"));
}
