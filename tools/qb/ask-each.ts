import { Failure } from "./failure.ts";
import type { ServiceClient } from "./service-client.ts";

/** What services answered, where one of them may be away. */
export interface Answers<Answer> {
  readonly found: readonly Answer[];
  /** The services that gave none. */
  readonly unanswered: readonly string[];
  /** Throws why a service gave none: called once what was found has been shown. */
  requireAll(): void;
}

/**
 * Asks several services at once and keeps what those say that answer, so that one that is down hides
 * nothing of the others. Throws the first failure where nobody answers.
 */
export async function askEach<Answer>(
  services: readonly ServiceClient[],
  ask: (service: ServiceClient) => Promise<Answer>,
): Promise<Answers<Answer>> {
  const found: Answer[] = [];
  const failures: { readonly name: string; readonly failure: Failure }[] = [];
  const outcomes = await Promise.allSettled(services.map(ask));
  for (const [at, outcome] of outcomes.entries()) {
    const name = services[at]?.name ?? "";
    if (outcome.status === "fulfilled") found.push(outcome.value);
    else if (outcome.reason instanceof Failure) failures.push({ name, failure: outcome.reason });
    else throw outcome.reason;
  }
  const first = failures[0]?.failure;
  if (first && found.length === 0) throw first;
  return {
    found,
    unanswered: failures.map(({ name }) => name),
    requireAll() {
      if (!first) return;
      const why = failures.map(({ failure }) => failure.message).join("; ");
      const next = first.next === undefined ? {} : { next: first.next };
      throw new Failure(first.reason, `${why}; the others are shown`, next);
    },
  };
}
