import { type SQL, sql } from "drizzle-orm";

/** Any number of texts as one parameter, so that the statement is the same whatever their number. */
export const texts = (values: readonly string[]): SQL => sql`${sql.param(values)}::text[]`;

/** The same of ids. */
export const uuids = (values: readonly string[]): SQL => sql`${sql.param(values)}::uuid[]`;
