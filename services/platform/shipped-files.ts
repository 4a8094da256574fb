import { resolve } from "node:path";

/** Whether this program is a single executable, made by `bun run compile`: it holds files, and no others do. */
export const isSingleExecutable = Bun.embeddedFiles.length > 0;

/** The folder that the files beside the code are under: the repository's, and in an executable the same paths. */
export const shippedFiles = isSingleExecutable
  ? import.meta.dir
  : resolve(import.meta.dir, "../..");
