import type { OpenWorld } from "../open-world.ts";
import { serviceNames } from "../stack.ts";

interface Letter {
  readonly id: number;
  readonly consumer: string;
  readonly key: string | null;
  readonly subject: string;
  readonly reason: string;
  readonly payload: Uint8Array;
  readonly whole: boolean;
}

/** Dead letters that are not whole, that should not be there, or that are missing. */
export async function lettersAmiss(world: OpenWorld): Promise<readonly string[]> {
  const letters: Letter[] = [];
  const amiss: string[] = [];
  for (const service of serviceNames) {
    const rows = await world.sql[service]<Letter[]>`
      select id::int, consumer, key, subject, reason, payload,
        (stream <> '' and stream_sequence > 0 and octet_length(headers) > 0
          and first_failed_at is not null and last_failed_at >= first_failed_at) as whole
      from dead_letters where state = 'dead'`;
    letters.push(...rows);
    for (const { id, whole } of rows)
      if (!whole) amiss.push(`${service} dead letter ${id} lacks parts`);
  }

  const left = new Set(letters);
  for (const { subject, reason, payload } of world.garbage) {
    const found = [...left].find(
      (letter) =>
        letter.subject === subject &&
        letter.reason === reason &&
        Buffer.compare(letter.payload, payload) === 0,
    );
    if (found) left.delete(found);
    else amiss.push(`${subject} (${reason}) became no dead letter`);
  }
  for (const { consumer, subject, reason } of left)
    amiss.push(`${consumer} holds a dead letter that nobody planted: ${subject} ${reason}`);
  return amiss;
}
