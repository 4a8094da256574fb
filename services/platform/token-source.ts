import type { ReadKeys } from "./token-keys.ts";

const KEY_SET_BYTES_MAX = 64 * 1024;

/** Reads a key set over HTTP: 64 KB at most, and from nowhere else than the address given. */
export function keysAt(url: string): ReadKeys {
  return async (signal) => {
    const response = await fetch(url, { signal, redirect: "error" });
    if (!response.ok) throw new Error(`the issuer answers with status ${response.status}`);
    return JSON.parse(new TextDecoder().decode(await bytesOf(response)));
  };
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop ends the download.
    if (size > KEY_SET_BYTES_MAX) throw new Error(`the key set is over ${KEY_SET_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
