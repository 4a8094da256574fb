import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";

export const prometheusFiles = join(resolve(import.meta.dir, "../.."), "deploy/prometheus");

const AlertRules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(z.looseObject({ alert: z.string(), expr: z.string() })),
    }),
  ),
});

export type AlertRules = z.output<typeof AlertRules>;

export const alertRules = (): AlertRules =>
  AlertRules.parse(Bun.YAML.parse(readFileSync(join(prometheusFiles, "alerts.yaml"), "utf8")));

/** The same rules, none of which waits longer than this before it fires. */
export const hasty = ({ groups }: AlertRules, wait: string): AlertRules => ({
  groups: groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ("for" in rule ? { ...rule, for: wait } : rule)),
  })),
});
