import postgres from "postgres";
import { Failure } from "../failure.ts";
import { nameOf, type ServiceDatabase } from "./service-databases.ts";

export interface SessionSettings {
  /** Shown to whoever looks who is connected. */
  readonly name: string;
  readonly lockTimeoutMs: number;
}

/**
 * One connection that is never exchanged for another: once it is lost, every statement on it fails, so
 * that what is read in one transaction is of one transaction. Statements may take as long as they need.
 */
export async function openSession(
  database: ServiceDatabase,
  opened: AsyncDisposableStack,
  { name, lockTimeoutMs }: SessionSettings,
): Promise<postgres.ReservedSql> {
  const client = postgres(database.url, {
    max: 1,
    connect_timeout: 5,
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => undefined,
    connection: {
      application_name: name,
      lock_timeout: lockTimeoutMs,
      statement_timeout: 0,
      idle_in_transaction_session_timeout: 0,
    },
  });
  opened.defer(() => client.end({ timeout: 1 }));
  try {
    return await client.reserve();
  } catch (cause) {
    throw new Failure("unreachable", `cannot connect to the database of ${nameOf(database)}`, {
      cause,
      next: "see that it is there and that its owner may log in",
    });
  }
}
