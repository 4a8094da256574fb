import { brokenPromises } from "../../e2e/promises.ts";
import type { OpenWorld } from "../open-world.ts";
import { brokenAnswers } from "./answers.ts";
import { brokenHistories } from "./histories.ts";
import { leaks } from "./leaks.ts";
import { lettersAmiss } from "./letters.ts";
import { lostMessages } from "./lost-messages.ts";

/**
 * Every promise that the run broke, in words; empty when all were kept. To be asked once everything
 * has settled, while the services still run.
 */
export async function violations(world: OpenWorld): Promise<readonly string[]> {
  const acceptedIds = new Set(world.workload.orders.values());
  const promises = await brokenPromises({ ...world, acceptedIds });
  const found = await Promise.all([
    brokenAnswers(world),
    brokenHistories(world),
    lostMessages(world),
    lettersAmiss(world),
    leaks(world),
  ]);
  const expected = new Set(world.garbage.map(({ key }) => key));
  const broken = promises.filter((line) => !isOfGarbage(line, expected));
  return [...(await withoutSettledAttempts(world, broken)), ...found.flat()];
}

/**
 * An attempt at a message that was handled after all, by a batch or by the other process, is swept
 * up by the maintenance; only one at a message that nobody has handled says that something is wrong.
 */
async function withoutSettledAttempts(
  { sql }: OpenWorld,
  lines: readonly string[],
): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const line of lines) {
    const [, service, id] = /^(orders|inventory): attempt left behind of (\S+)$/.exec(line) ?? [];
    const settled =
      (service === "orders" || service === "inventory") &&
      (await sql[service]`select from inbox where event_id = ${id ?? null}`).length > 0;
    if (!settled) kept.push(line);
  }
  return kept;
}

/** Garbage leaves a dead letter and a blocked lane of its own, which `lettersAmiss` looks at. */
function isOfGarbage(line: string, keys: ReadonlySet<string>): boolean {
  if (/^(?:orders|inventory): dead letter /.test(line)) return true;
  const [, key = ""] = /^(?:orders|inventory): lane (\S+) stands$/.exec(line) ?? [];
  return keys.has(key);
}
