import { JetStreamApiError } from "@nats-io/jetstream";

/** JetStream's own codes for what is not there: message, consumer, stream. */
const missingCodes: ReadonlySet<number> = new Set([10037, 10014, 10059]);

/** Whether JetStream says that the stream, durable or message asked for does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && missingCodes.has(error.code);
}

/** What JetStream answers, or undefined when it says that there is no such thing. */
export async function absentIfMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
