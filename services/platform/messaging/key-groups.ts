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

interface Group {
  readonly keys: Set<string>;
  /** Goes on where it was: begun anew, each walk would pass over all that was taken before. */
  inTurn: SetIterator<string>;
}

const newGroup = (): Group => {
  const keys = new Set<string>();
  return { keys, inTurn: keys.values() };
};

export function keyGroups(): KeyGroups {
  const groups = new Map<string, Group>();
  return {
    add(group, key) {
      const into = groups.get(group) ?? newGroup();
      into.keys.add(key);
      groups.set(group, into);
    },
    delete: (group, key) => void groups.get(group)?.keys.delete(key),
    count: (group) => groups.get(group)?.keys.size ?? 0,
    keys: (group) => [...(groups.get(group)?.keys ?? [])],
    groups: () => [...groups.keys()],
    values: () => [...groups.values()].flatMap(({ keys }) => [...keys]),
    take(group) {
      const keys = [...(groups.get(group)?.keys ?? [])];
      groups.delete(group);
      return keys;
    },
    takeFirst(mayTake) {
      for (const [name, group] of groups) {
        if (group.keys.size === 0 || !mayTake(name)) continue;
        const first = firstOf(group);
        if (first !== undefined) group.keys.delete(first);
        return first;
      }
      return undefined;
    },
    clear: () => groups.clear(),
  };
}

/** Whatever is behind the walk was taken, so the next it comes to is the first. */
function firstOf(group: Group): string | undefined {
  let next = group.inTurn.next();
  if (next.done) {
    group.inTurn = group.keys.values();
    next = group.inTurn.next();
  }
  return next.value;
}
