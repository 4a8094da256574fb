const shared = new AsyncDisposableStack();

/** Ends something that the test files of this process share when the last of them is through. */
export function atEndOfTests(end: () => PromiseLike<void>): void {
  shared.defer(end);
}

/** Ends everything that was announced, what came last first, also when one of them fails. */
export function endTests(): Promise<void> {
  return shared.disposeAsync();
}
