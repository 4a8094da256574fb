import { watch } from "node:fs";
import { join } from "node:path";

/** What an edit asks for. */
export interface Edits {
  /** Services whose processes run older code; `all` when it is the code they share. */
  readonly restart: ReadonlySet<string> | "all";
  /** Whether a contract changed. Its generated code is a further edit. */
  readonly generate: boolean;
  /** Databases with new migrations. */
  readonly migrate: ReadonlySet<string>;
}

// Editors and generators write several files in one go.
const QUIET_MS = 120;
const WATCHED = ["services", "proto", "drizzle"];

/** Calls `onEdits` after each burst of changes to code, contracts or migrations. */
export function watchSources(repository: string, onEdits: (edits: Edits) => void): Disposable {
  const changed = new Set<string>();
  let quiet: Timer | undefined;
  const tell = () => {
    const edits = editsOf([...changed]);
    changed.clear();
    if (edits) onEdits(edits);
  };
  const watchers = WATCHED.map((folder) =>
    watch(join(repository, folder), { recursive: true }, (_, name) => {
      if (name === null) return;
      changed.add(`${folder}/${name.replaceAll("\\", "/")}`);
      clearTimeout(quiet);
      quiet = setTimeout(tell, QUIET_MS);
    }),
  );
  return {
    [Symbol.dispose]() {
      clearTimeout(quiet);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** What changed files ask for; undefined when that is nothing. */
export function editsOf(paths: readonly string[]): Edits | undefined {
  const restart = new Set<string>();
  const migrate = new Set<string>();
  let generate = false;
  let isShared = false;
  for (const path of paths) {
    if (/(?:\.test\.tsx?|\/(?:testing|node_modules|dist)\/.*|~)$|\/\.[^/]*$/.test(path)) continue;
    const [, service] =
      /^services\/([^/]+)\/.*\.(?:tsx?|json|css|svg|webmanifest)$/.exec(path) ?? [];
    const [, database] = /^drizzle\/([^/]+)\/.*\.(?:sql|json)$/.exec(path) ?? [];
    if (database) migrate.add(database);
    else if (/^proto\/(?!gen\/).*\.proto$/.test(path)) generate = true;
    // Every service reads all contracts, because it shows any message to operators.
    else if (service === "platform" || /^proto\/.*\.ts$/.test(path)) isShared = true;
    else if (service) restart.add(service);
  }
  for (const service of migrate) restart.add(service);
  if (!generate && !isShared && restart.size === 0) return undefined;
  return { restart: isShared ? "all" : restart, generate, migrate };
}
