import { z } from "zod";
import { withFiles } from "./programs.ts";
import { textOf } from "./repository.ts";

const Environment = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
/** `name`, or with the path that it is mounted at. */
const Mounted = z.union([
  z.string().transform((source) => ({ source, target: `/run/secrets/${source}` })),
  z.object({ source: z.string(), target: z.string() }),
]);

/** `address:outside:inside`, or of a port that is written at length `mode:outside:inside`. */
const Port = z.union([
  z.string(),
  z
    .object({ target: z.number(), published: z.number(), mode: z.string() })
    .transform(({ target, published, mode }) => `${mode}:${published}:${target}`),
]);

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
  ports: z.array(Port).default([]),
  /** Named ones; what is in memory is no volume. */
  volumes: z
    .array(z.union([z.string(), z.object({ type: z.literal("tmpfs") })]))
    .transform((mounts) => mounts.filter((mount) => typeof mount === "string"))
    .default([]),
  secrets: z.array(Mounted).default([]),
  configs: z.array(Mounted).default([]),
  networks: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z
    .record(z.string(), z.object({ condition: z.string(), required: z.boolean().default(true) }))
    .default({}),
  deploy: z
    .object({
      mode: z.string().default("replicated"),
      replicas: z.number().optional(),
      placement: z
        .object({ constraints: z.array(z.string()).default([]) })
        .default({ constraints: [] }),
      resources: z.object({ limits: z.object({ memory: z.string() }) }).optional(),
      update_config: z.record(z.string(), z.unknown()).optional(),
      rollback_config: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});

const ComposeFile = z.object({
  services: z.record(z.string(), ComposeService),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
  configs: z.record(z.string(), z.object({ file: z.string() })),
  secrets: z.record(
    z.string(),
    z.union([
      z.object({ file: z.string() }),
      // That somebody made before, under a name of its own.
      z.object({ external: z.literal(true), name: z.string() }),
    ]),
  ),
});

export type ComposeService = z.output<typeof ComposeService>;
export type ComposeFile = z.output<typeof ComposeFile>;

/** A compose file with anchors and merges resolved, and variables as `env` has them or at their defaults. */
export const composeFile = (path = "compose.yaml", env: Readonly<Record<string, string>> = {}) =>
  ComposeFile.parse(Bun.YAML.parse(interpolated(textOf(path), env)));

/** `${NAME:-default}` in an environment, by default in one where nothing is set; `${NAME:?}` has to be. */
export function interpolated(text: string, env: Readonly<Record<string, string>> = {}): string {
  return text.replace(/\$\{([A-Z_]+):([-?])([^}]*)\}/g, (_, name, kind, value) => {
    if (kind === "?" && env[name] === undefined) throw new Error(`nobody says ${name}`);
    return env[name] ?? value;
  });
}

/** A file of `NAME=value` lines. */
export function environmentFile(path: string): Record<string, string> {
  const lines = textOf(path)
    .split("\n")
    .filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", ...value] = line.split("=");
      return [name, value.join("=")];
    }),
  );
}

/** The variables as a process sees them. */
export function environmentOf({ environment }: ComposeService): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, String(value)]),
  );
}

/** The same with the secrets that the service is given; one that it is not given is an error. */
export function settingsOf(file: ComposeFile, service: ComposeService): Record<string, string> {
  return withFiles(environmentOf(service), (path) => {
    const source = service.secrets.find(({ target }) => target === path)?.source;
    if (source === undefined || file.secrets[source] === undefined)
      throw new Error(`${path} is no secret of ${service.image}`);
    // Those of an installation are made by a script, and named as the ones for development.
    return textOf(`deploy/compose/development/${source}`);
  });
}
