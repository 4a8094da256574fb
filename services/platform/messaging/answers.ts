import type { Delivery, StoredMessage } from "./broker.ts";

/** What can be said of a delivery. */
export type Answers = Pick<Delivery, "ack" | "nak" | "working">;

/** What tells whether a delivery's place may hold another message by now. */
export interface AnswerGuard {
  /** Whether the connection of this moment still stands, whenever the result is asked. */
  connection(): () => boolean;
  /** The durable that was pulled from is gone, or its stream is. */
  isGone(): boolean;
  messageAt(stream: string, sequence: number): Promise<StoredMessage | undefined>;
}

/**
 * JetStream takes an answer for whatever message stands at its place. Where the broker was put back
 * to an older state, or a stream was made anew, that may be another one, which would then never come
 * again. So what was delivered before a break is answered only after a look at its place; where that
 * cannot be had it is not answered, and the message comes again.
 */
export function guardedAnswers(
  { stream, sequence, subject, publishedAt }: Omit<StoredMessage, "headers" | "payload">,
  answers: Answers,
  guard: AnswerGuard,
): Answers {
  const stands = guard.connection();

  const answerIfSame = async (answer: () => void) => {
    const standsStill = guard.connection();
    const found = await guard.messageAt(stream, sequence);
    const isSame =
      found?.subject === subject && found.publishedAt.getTime() === publishedAt.getTime();
    if (isSame && standsStill()) answer();
  };
  const send = (answer: () => void) => {
    if (stands() && !guard.isGone()) return answer();
    // Without an answer the message comes again: nothing is lost, and nothing to be told.
    answerIfSame(answer).catch(() => undefined);
  };
  return {
    ack: () => send(() => answers.ack()),
    nak: (delayMs) => send(() => answers.nak(delayMs)),
    working: () => send(() => answers.working()),
  };
}
