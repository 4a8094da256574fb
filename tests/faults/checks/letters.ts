import { decodeHeaders } from "@app/platform/messaging/headers.ts";
import { garbageHeader } from "../kinds/garbage.ts";
import type { OpenWorld } from "../open-world.ts";
import { serviceNames } from "../stack.ts";
import type { Garbage } from "../world.ts";

interface Letter {
  readonly id: number;
  readonly consumer: string;
  readonly key: string | null;
  readonly subject: string;
  readonly reason: string;
  readonly payload: Uint8Array;
  readonly sequence: number;
  readonly whole: boolean;
}

/**
 * Dead letters that are not whole, that nobody planted, or that are missing: each piece of garbage
 * that its stream holds must be one. What the broker forgot may be one.
 */
export async function lettersAmiss(world: OpenWorld): Promise<readonly string[]> {
  const letters: Letter[] = [];
  const amiss: string[] = [];
  for (const service of serviceNames) {
    const rows = await world.sql[service]<Letter[]>`
      select id::int, consumer, key, subject, reason, payload, stream_sequence::int as sequence,
        (octet_length(headers) > 0 and first_failed_at is not null
          and last_failed_at >= first_failed_at) as whole
      from dead_letters where state = 'dead'`;
    letters.push(...rows);
    for (const { id, whole } of rows)
      if (!whole) amiss.push(`${service} dead letter ${id} lacks parts`);
  }
  for (const letter of letters)
    if (!world.garbage.some((piece) => isOf(piece, letter)))
      amiss.push(`${letter.consumer} set aside ${letter.subject}: ${letter.reason}`);

  const set = new Set(letters.map(({ key, sequence }) => key ?? `at ${sequence}`));
  for await (const { sequence, headers } of world.broker.read("ORDERS", { headersOnly: true })) {
    const known = decodeHeaders(headers);
    if (known.has(garbageHeader) && !set.has(known.get("key") ?? `at ${sequence}`))
      amiss.push(`garbage at ${sequence} of ORDERS became no dead letter`);
  }
  return amiss;
}

function isOf({ subject, reason, payload }: Garbage, letter: Letter): boolean {
  return (
    letter.subject === subject &&
    letter.reason === reason &&
    Buffer.compare(letter.payload, payload) === 0
  );
}
