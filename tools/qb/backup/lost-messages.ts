import { type FileHandle, open } from "node:fs/promises";
import type { StreamMessage } from "./jetstream-api.ts";

/** Keeps what a restore takes out of the streams: somebody was promised what it says. */
export interface LostMessages extends AsyncDisposable {
  add(stream: string, messages: readonly StreamMessage[]): Promise<void>;
}

/** One JSON line a message, in a file that is made with the first of them. */
export function lostMessages(file: string): LostMessages {
  let opened: FileHandle | undefined;
  return {
    async add(stream, messages) {
      if (messages.length === 0) return;
      opened ??= await open(file, "a", 0o600);
      const lines = messages.map(({ payload, ...message }) =>
        JSON.stringify({ stream, ...message, payload: Buffer.from(payload).toString("base64") }),
      );
      await opened.writeFile(`${lines.join("\n")}\n`);
      // Before they are removed.
      await opened.sync();
    },
    [Symbol.asyncDispose]: async () => opened?.close(),
  };
}
