import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type postgres from "postgres";
import { z } from "zod";
import type { StoredDatabase } from "./manifest.ts";
import type { ServiceDatabase } from "./service-databases.ts";
import { type StoredFile, storeFile } from "./stored-file.ts";

const Table = z.object({ name: z.string(), columns: z.array(z.string()) });
const Sequence = z.object({ name: z.string(), last: z.string().nullable() });
const Applied = z.object({ name: z.string(), hash: z.string() });

/** Writes all that one database holds as of the reader's snapshot, a file a table. */
export async function dumpDatabase(
  { service, session }: Pick<ServiceDatabase, "service"> & { session: postgres.ReservedSql },
  folder: string,
  onTable: (table: string) => void,
): Promise<StoredDatabase> {
  const tables: StoredDatabase["tables"] = [];
  for (const { name, columns } of await tablesOf(session)) {
    onTable(name);
    const copy = session`copy (select ${session(columns)} from ${session(name)}) to stdout`;
    const file = `databases/${service}/${name}.copy.gz`;
    tables.push({ name, columns, ...(await storeCopy(await copy.readable(), folder, file)) });
  }
  return {
    service,
    migrations: await migrationsOf(session),
    tables,
    sequences: await sequencesOf(session),
  };
}

/** Migrations record themselves; what is computed of other columns is computed again. */
async function tablesOf(sql: postgres.ReservedSql) {
  const rows = await sql`
    select c.relname as name, (
      select json_agg(a.attname order by a.attnum) from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    ) as columns
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition and c.relname <> 'schema_migrations'
    order by c.relname`;
  return z.array(Table).parse([...rows]);
}

async function migrationsOf(sql: postgres.ReservedSql) {
  const rows = await sql`select name, hash from schema_migrations order by name`;
  return z.array(Applied).parse([...rows]);
}

async function sequencesOf(sql: postgres.ReservedSql) {
  const rows = await sql`
    select sequencename as name, last_value::text as last from pg_sequences
    where schemaname = 'public' order by sequencename`;
  return z.array(Sequence).parse([...rows]);
}

async function storeCopy(
  copy: Readable,
  folder: string,
  file: string,
): Promise<StoredFile & { readonly rows: number }> {
  let rows = 0;
  let stored: StoredFile | undefined;
  await pipeline(
    copy,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        rows += lineEnds(chunk);
        yield chunk;
      }
    },
    createGzip({ level: 1 }),
    async (chunks: AsyncIterable<Uint8Array>) => {
      stored = await storeFile(folder, file, chunks);
    },
  );
  if (!stored) throw new Error(`${file} was not written`);
  return { ...stored, rows };
}

/** Each row ends with one; one within a value is written as two other characters. */
function lineEnds(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  return count;
}
