import { sql } from "drizzle-orm";
import type { MaintenanceOptions } from "./maintenance.ts";
import { slotCount, slotHours } from "./postgres-outbox.ts";

const slotMs = slotHours * 3_600_000;
/** A durable that nobody serves stops holding rows back after this long. */
const heldBackMaxMs = 14 * 86_400_000;
/** A transaction that began in one slot may write to it a moment later. */
const lateMs = 60_000;

/**
 * Empties each slot of sent rows in which every row is older than `OUTBOX_KEEP` and at or below the
 * lowest ack floor of its stream's durables: until then the broker may forget them and they would
 * have to be sent again. How old a slot's rows are follows from its number. Returns how many slots
 * were emptied.
 */
export async function emptySentSlots(options: MaintenanceOptions): Promise<number> {
  const { pool, log, outboxKeepMs } = options;
  const [clock] = await pool.q.execute<{ ms: string }>(
    sql`select extract(epoch from now()) * 1000 as ms`,
  );
  const nowMs = Number(clock?.ms);
  let floors: ReadonlyMap<string, number> | undefined;
  let emptied = 0;
  for (let slot = 0; slot < slotCount; slot += 1) {
    const ageMs = youngestMs(slot, nowMs) - lateMs;
    if (ageMs <= outboxKeepMs || !(await isUsed(options, slot))) continue;
    floors ??= await ackFloors(options);
    if (ageMs <= heldBackMaxMs && !(await isAcknowledged(options, slot, floors))) continue;
    // Nothing is added to a slot that is not the current one, so what was read still holds.
    await pool.q.execute(sql`truncate ${tableOf(slot)}`);
    emptied += 1;
  }
  if (emptied > 0) log.info("sent messages removed", { slots: emptied });
  return emptied;
}

const tableOf = (slot: number) => sql.identifier(`outbox_sent_${slot}`);

/** The age of the youngest row that a slot can hold; negative for the slot that is being written. */
function youngestMs(slot: number, nowMs: number): number {
  // The cast in `currentSlot` rounds: a slot begins and ends in the middle between two multiples.
  const current = Math.round(nowMs / slotMs);
  const slotsAgo = (((current - slot) % slotCount) + slotCount) % slotCount;
  return nowMs - (current - slotsAgo + 0.5) * slotMs;
}

async function isUsed({ pool }: MaintenanceOptions, slot: number): Promise<boolean> {
  const rows = await pool.q.execute(sql`select 1 from ${tableOf(slot)} limit 1`);
  return rows.length > 0;
}

async function isAcknowledged(
  { pool }: MaintenanceOptions,
  slot: number,
  floors: ReadonlyMap<string, number>,
): Promise<boolean> {
  // From each stream's last sequence to that of the stream before it: one step in the index each.
  const lasts = await pool.q.execute<{ stream: string; sequence: string }>(sql`
    with recursive last as (
      (select stream, stream_sequence as sequence from ${tableOf(slot)}
        order by stream desc, stream_sequence desc limit 1)
      union all
      select before.* from last, lateral (
        select stream, stream_sequence from ${tableOf(slot)} where stream < last.stream
        order by stream desc, stream_sequence desc limit 1) before
    ) select * from last`);
  return lasts.every(({ stream, sequence }) => Number(sequence) <= (floors.get(stream) ?? -1));
}

/** The lowest ack floor of each stream's declared durables; a stream without any holds nothing back. */
async function ackFloors({ broker, streams }: MaintenanceOptions): Promise<Map<string, number>> {
  const floors = new Map<string, number>();
  for (const { name, durables } of streams) {
    let floor = Number.POSITIVE_INFINITY;
    for (const durable of durables) {
      const state = await broker.durableState(name, durable.name);
      floor = Math.min(floor, state?.ackFloor ?? -1);
    }
    floors.set(name, floor);
  }
  return floors;
}
