import { basename } from "node:path";
import { z } from "zod";
import { textOf } from "./repository.ts";

const Generated = z.object({
  configMapGenerator: z.array(z.object({ name: z.string(), files: z.array(z.string()) })),
  secretGenerator: z.array(z.object({ name: z.string(), files: z.array(z.string()) })),
});

/** The secrets and settings that a kustomization makes out of files: their keys, or `key=file`. */
export function made(path: string, of: "keys" | "files" = "keys"): Map<string, readonly string[]> {
  const { configMapGenerator, secretGenerator } = Generated.parse(Bun.YAML.parse(textOf(path)));
  return new Map(
    [...configMapGenerator, ...secretGenerator].map(({ name, files }) => [
      name,
      of === "files" ? files : files.map((file) => file.split("=")[0] ?? ""),
    ]),
  );
}

/** What an installation's file of that name may hold: as for development, but nothing that everybody knows. */
export function fullSettings(file: string): string {
  const known = textOf(`deploy/compose/development/${file}`);
  return file.endsWith("-secret") ? `not-${known}` : known;
}

/** As `textOf`; what an installation makes for its Kubernetes, and keeps from the repository, has something in its place. */
export const textOrStandIn = (path: string): string =>
  path.startsWith("deploy/kubernetes/secrets/files/")
    ? `stands in: ${basename(path)}\n`
    : textOf(path);
