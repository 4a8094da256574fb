/** One release of the app, as the build tells it to the worker. */
export interface Release {
  /** The same for the same files, and another one for others. */
  readonly key: string;
  /** The paths of all files that its pages may ask for; they are kept together or not at all. */
  readonly files: readonly string[];
  /** A file that this release's page names and no other's does. */
  readonly script: string;
}

const PREFIX = "release-";

/** Tabs that were opened before the last release still ask for scripts of the one before it. */
const KEPT_RELEASES = 2;

export const cacheOf = ({ key }: Pick<Release, "key">) => `${PREFIX}${key}`;

/** Which of the caches go, when they are named in the order in which they were made. */
export function staleCaches(names: readonly string[], release: Release): readonly string[] {
  const own = cacheOf(release);
  const others = names.filter((name) => name !== own);
  const kept = new Set([own, ...others.filter(isRelease).slice(1 - KEPT_RELEASES)]);
  return names.filter((name) => !kept.has(name));
}

const isRelease = (name: string) => name.startsWith(PREFIX);
