import { resolve } from "node:path";

/** The keeper and its users talk over one local connection each, in lines of JSON. */

export interface TestServers {
  readonly databaseUrl: string;
  readonly natsUrl: string;
}

/** What a user says: its secret first, and goodbye if it wants to see the servers' end. */
export type UserMessage = { readonly secret: string } | { readonly leaving: true };

export type KeeperMessage =
  | { readonly progress: string }
  | { readonly ready: TestServers }
  | { readonly failed: string }
  /** The answer to goodbye; sent once everything is stopped when this user was the last. */
  | { readonly goodbye: "stopped" | "others remain" };

/** Where to find a running keeper. The secret tells it from a stranger that got its old port. */
export interface KeeperAddress {
  readonly port: number;
  readonly secret: string;
}

/** Below the repository, unless the environment names another place. */
const DATA_DIRECTORY =
  process.env.QUICKBITE_DATA_DIRECTORY || resolve(import.meta.dir, "../../../.quickbite");
export const KEEPER_DIRECTORY = resolve(DATA_DIRECTORY, "test");
export const ADDRESS_FILE = resolve(KEEPER_DIRECTORY, "keeper.json");

/** Cuts what arrives on a connection into lines, and hands on each as a message. */
export function messagesInto<Message>(take: (message: Message) => void): (chunk: Buffer) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(JSON.parse(line));
  };
}

export function encode(message: UserMessage | KeeperMessage): string {
  return `${JSON.stringify(message)}\n`;
}
