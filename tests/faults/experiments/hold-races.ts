import { type Races, raceConfirmsAgainstExpiry } from "@app/bookings/testing/hold-races.ts";
import { bookingsWorld } from "@app/bookings/testing/world.ts";
import { openPool } from "@app/platform/postgres.ts";

export interface HoldRaces extends Readonly<Races> {
  readonly count: number;
  /** What is not as it always is, once all is over. */
  readonly breaches: readonly string[];
  readonly seconds: number;
}

export const racesPerTrial = 1_000;
/** So many at the same time: the machine's scheduler mixes what one race alone would keep in step. */
const lanes = 5;

/**
 * Races between a confirm through one replica's pool and an expiry through another's, thousands of
 * them, each on an event and a hold of its own. Of each race exactly one side must have won, by what
 * both were told and by what is stored.
 */
export async function holdRaces(trials: number): Promise<HoldRaces> {
  await using world = await bookingsWorld({ connectionsMax: 2 * lanes });
  const other = openPool({ url: world.url, connectionsMax: 2 * lanes, name: "other replica" });
  const count = (trials * racesPerTrial) / lanes;
  const startedMs = performance.now();
  try {
    const all = await Promise.all(
      Array.from({ length: lanes }, () => raceConfirmsAgainstExpiry(world, { other, count })),
    );
    return {
      count: trials * racesPerTrial,
      confirmed: all.reduce((sum, { confirmed }) => sum + confirmed, 0),
      expired: all.reduce((sum, { expired }) => sum + expired, 0),
      wrong: all.flatMap(({ wrong }) => wrong),
      breaches: await world.breaches(),
      seconds: Math.round((performance.now() - startedMs) / 1_000),
    };
  } finally {
    await other.close(1_000);
  }
}
