/**
 * Stands between a process and the world: every call of a port runs its effect inside one.
 * The scheduler decides when the effect runs and when its result is seen. Where the process
 * crashes first, the effect never runs; where it crashes between, the effect stays and its result
 * is never seen. Either way the promise never settles, as nothing of a killed process does.
 */
export type Boundary = <T>(name: string, effect: () => T) => Promise<T>;

/** Runs each effect at once and shows its result: for contract tests, where nothing crashes. */
export const openBoundary: Boundary = async (_name, effect) => effect();
