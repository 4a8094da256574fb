import { z } from "zod";
import { textOf } from "./repository.ts";

const Environment = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** As much of a compose service as our rules look at. */
const ComposeService = z.object({
  image: z.string(),
  build: z
    .object({
      context: z.string(),
      dockerfile: z.string(),
      args: z.record(z.string(), z.string()),
    })
    .optional(),
  command: z.array(z.string()).default([]),
  environment: Environment.default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});

const ComposeFile = z.object({
  services: z.record(z.string(), ComposeService),
  volumes: z.record(z.string(), z.unknown()),
  configs: z.record(z.string(), z.object({ content: z.string() })),
});

export type ComposeService = z.output<typeof ComposeService>;

/** `compose.yaml` with anchors and merges resolved and variables at their defaults. */
export const composeFile = () =>
  ComposeFile.parse(Bun.YAML.parse(withDefaults(textOf("compose.yaml"))));

/** `${NAME:-default}` as an environment in which nothing is set would have it. */
export function withDefaults(text: string): string {
  return text.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, "$1");
}

/** The variables as a process sees them. */
export function environmentOf({ environment }: ComposeService): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, String(value)]),
  );
}
