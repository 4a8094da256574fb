/** Keys in groups, those of a group in the order in which they came. */
export interface KeyGroups {
  add(group: string, key: string): void;
  delete(group: string, key: string): void;
  count(group: string): number;
  keys(group: string): readonly string[];
  groups(): readonly string[];
  /** Every key of every group. */
  values(): readonly string[];
  /** Takes all keys of a group out. */
  take(group: string): readonly string[];
  /** Takes out the first key of a group that may be taken from. */
  takeFirst(mayTake: (group: string) => boolean): string | undefined;
  clear(): void;
}

export function keyGroups(): KeyGroups {
  const groups = new Map<string, Set<string>>();
  return {
    add: (group, key) => void groups.set(group, (groups.get(group) ?? new Set()).add(key)),
    delete: (group, key) => void groups.get(group)?.delete(key),
    count: (group) => groups.get(group)?.size ?? 0,
    keys: (group) => [...(groups.get(group) ?? [])],
    groups: () => [...groups.keys()],
    values: () => [...groups.values()].flatMap((keys) => [...keys]),
    take(group) {
      const keys = [...(groups.get(group) ?? [])];
      groups.delete(group);
      return keys;
    },
    takeFirst(mayTake) {
      for (const [group, keys] of groups) {
        const [first] = keys;
        if (first === undefined || !mayTake(group)) continue;
        keys.delete(first);
        return first;
      }
      return undefined;
    },
    clear: () => groups.clear(),
  };
}
