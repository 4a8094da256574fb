/** What histories have reached, by kind of thing and name, with how often. */
export type CoverageGroup =
  | "crash point"
  | "await boundary"
  | "crossed boundary"
  | "order"
  | "reservation"
  | "batch"
  | "fault";

export class Coverage {
  readonly #counts = new Map<CoverageGroup, Map<string, number>>();

  add(group: CoverageGroup, name: string, count = 1): void {
    let names = this.#counts.get(group);
    if (!names) {
      names = new Map();
      this.#counts.set(group, names);
    }
    names.set(name, (names.get(name) ?? 0) + count);
  }

  count(group: CoverageGroup, name: string): number {
    return this.#counts.get(group)?.get(name) ?? 0;
  }

  names(group: CoverageGroup): readonly string[] {
    return [...(this.#counts.get(group)?.keys() ?? [])].sort();
  }

  /** As it is sent between programs, and back. */
  toJSON(): readonly (readonly [CoverageGroup, string, number])[] {
    return [...this.#counts].flatMap(([group, names]) =>
      [...names].map(([name, count]) => [group, name, count] as const),
    );
  }

  merge(counts: readonly (readonly [CoverageGroup, string, number])[]): void {
    for (const [group, name, count] of counts) this.add(group, name, count);
  }
}
