import type { Failures, Lane, ParkedMessage, StoredDeadLetter } from "../../messaging/inbox.ts";
import type { PendingMessage } from "../../messaging/outbox-store.ts";

/** What the ports promise of each answer: a store may return more than that. */
export const laneSeen = ({ key, version, blocked, waiting, behind, leftUpTo }: Lane): Lane => ({
  key,
  version,
  blocked,
  waiting,
  behind,
  leftUpTo,
});

export const failuresSeen = ({
  attempts,
  error,
  firstFailedAt,
  lastFailedAt,
}: Failures): Failures => ({ attempts, error, firstFailedAt, lastFailedAt });

const messageSeen = (message: ParkedMessage | StoredDeadLetter) => {
  const { stream, sequence, subject, headers, payload, publishedAt, eventId } = message;
  const { key, version } = message;
  return {
    ...failuresSeen(message),
    ...{ stream, sequence, subject, headers, payload, publishedAt, eventId, key, version },
  };
};

export const parkedSeen = (message: ParkedMessage | undefined) =>
  message && { ...messageSeen(message), abandoned: message.abandoned };

export const deadLetterSeen = (letter: StoredDeadLetter | undefined) => {
  if (!letter) return undefined;
  const { id, revision, state, reason, createdAt, resolvedAt } = letter;
  return { ...messageSeen(letter), id, revision, state, reason, createdAt, resolvedAt };
};

export const pendingSeen = (message: PendingMessage) => {
  const { id, resent, eventId, key, version, subject, headers, payload } = message;
  return { id, resent, eventId, key, version, subject, headers, payload };
};
