import type { CatalogEntry } from "@app/contracts/catalog.ts";

/** Messages whose name, type or owner has the text in it, or that have a field called so. */
export function matching(entries: readonly CatalogEntry[], text: string): readonly CatalogEntry[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return entries;
  return entries.filter(({ name, type, owner, fields }) =>
    [name, type, owner, ...fields.flatMap((field) => [field.name, field.jsonName])].some((each) =>
      each.toLowerCase().includes(wanted),
    ),
  );
}

/** By sender, in the order in which they come. */
export function byOwner(
  entries: readonly CatalogEntry[],
): readonly (readonly [owner: string, entries: readonly CatalogEntry[]])[] {
  return [...Map.groupBy(entries, ({ owner }) => owner)];
}
