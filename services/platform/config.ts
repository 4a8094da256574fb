import { readFileSync } from "node:fs";
import { z } from "zod";

export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting that cannot be used. Values are never part of it: they may be secrets. */
export interface ConfigFault {
  readonly name: string;
  readonly problem: string;
  readonly example: string | undefined;
}

/** Every fault of the environment at once, so that one restart is enough to mend them. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(["the configuration is not usable:", ...faults.map(lineOf)].join("\n"));
    this.faults = faults;
  }
}

/** What a schema says about its setting beyond the value's shape. */
export interface SettingNote {
  readonly example: string;
  /** A value that only a development run may choose. */
  readonly refusedInProduction?: string;
}

/** Where the reusable settings leave their notes, and where a service leaves those of its own. */
export const settingNotes = z.registry<SettingNote>();

/**
 * Reads the environment by a schema whose keys are the variables' names.
 * Values are trimmed and a blank one counts as missing, so that defaults apply.
 * `NAME_FILE` names a file that holds the value, which is how secrets are mounted.
 * Throws a `ConfigError` that names every fault.
 */
export function readConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Environment = process.env,
): Readonly<z.output<z.ZodObject<Shape>>> {
  const faults = new Map<string, string>();
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const { value, problem } = readSetting(name, env);
    if (problem !== undefined) faults.set(name, problem);
    if (value !== undefined) values[name] = value;
  }

  const parsed = schema.safeParse(values);
  for (const { path, message, code } of parsed.error?.issues ?? []) {
    const name = String(path[0]);
    const missing = code === "invalid_type" && values[name] === undefined;
    if (!faults.has(name)) faults.set(name, missing ? "is required" : message);
  }
  for (const [name, setting] of Object.entries(schema.shape)) {
    const refused = noteOf(setting)?.refusedInProduction;
    if (refused === undefined || env.NODE_ENV !== "production") continue;
    if (values[name] === refused) faults.set(name, `${refused} is refused in production`);
  }

  if (parsed.success && faults.size === 0) return parsed.data;
  throw new ConfigError(
    [...faults].map(([name, problem]) => ({
      name,
      problem,
      example: noteOf(schema.shape[name])?.example,
    })),
  );
}

function readSetting(name: string, env: Environment): { value?: string; problem?: string } {
  const value = env[name]?.trim();
  const file = env[`${name}_FILE`]?.trim();
  if (!file) return value ? { value } : {};
  if (value) return { problem: `is set twice, by ${name} and by ${name}_FILE` };

  try {
    const content = readFileSync(file, "utf8").trim();
    return content ? { value: content } : { problem: `is an empty file at ${name}_FILE` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    return { problem: `cannot be read from ${name}_FILE${code}` };
  }
}

/** Defaults and optional settings wrap the schema that carries the note. */
function noteOf(setting: z.core.$ZodType | undefined): SettingNote | undefined {
  if (setting === undefined) return undefined;
  const own = settingNotes.get(setting);
  if (own !== undefined) return own;
  if (
    setting instanceof z.ZodDefault ||
    setting instanceof z.ZodPrefault ||
    setting instanceof z.ZodOptional
  ) {
    return noteOf(setting.unwrap());
  }
  return undefined;
}

function lineOf({ name, problem, example }: ConfigFault): string {
  return `  ${name} ${problem}${example === undefined ? "" : ` (for example ${name}=${example})`}`;
}
