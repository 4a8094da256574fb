import { type SQL, sql } from "drizzle-orm";

/**
 * Any number of texts as one parameter, so that the statement is the same whatever their number
 * and is prepared once. An array, because the planner then goes by the index for a few keys, which
 * it does not for the rows of a subquery whose number it can only guess.
 */
export const texts = (values: readonly string[]): SQL => sql`${sql.param(values)}::text[]`;
