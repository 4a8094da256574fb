import { z } from "zod";

/** The three forms in which a file can be sent. */
export const encodings = ["br", "gzip", "identity"] as const;

export type Encoding = (typeof encodings)[number];

const BuiltFile = z.object({
  /** Under which it is asked for. */
  path: z.string(),
  type: z.string(),
  /** Whether its name changes with its content. */
  immutable: z.boolean(),
  etag: z.string(),
  /** Names in the folder, by form; compressed forms only where they are smaller. */
  forms: z.object({
    identity: z.string(),
    br: z.string().optional(),
    gzip: z.string().optional(),
  }),
});

/** What a folder of the built client holds; it stands there as `built.json`. */
export const BuiltClient = z.object({
  /** What it was built from. */
  key: z.string(),
  /** The page of each app, by the path of its file. */
  pages: z.object({ customer: z.string(), console: z.string() }),
  files: z.array(BuiltFile),
});

export type BuiltFile = z.output<typeof BuiltFile>;
export type BuiltClient = z.output<typeof BuiltClient>;

export const BUILT = "built.json";
