/** What a manifest and its parts are. */
export type Value = string | number | boolean | null | readonly Value[] | Tree;
export interface Tree {
  readonly [key: string]: Value | undefined;
}

/** One change of a JSON patch; the only sort that our overlays use. */
export interface Replacement {
  readonly op: "replace";
  readonly path: string;
  readonly value: string | number;
}

/** As `images:` says it: of which image the registry and the tag are others. */
export interface ImageChange {
  readonly name: string;
  readonly newName?: string | undefined;
  readonly newTag: string;
}

/** By which field the elements of a list are the same one, as the API says it of each list. */
const keys: Readonly<Record<string, string>> = {
  containers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
};

export const isTree = (value: Value | undefined): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Strategic merge: objects field by field, the lists named above element by element, all else is replaced. */
export function merge(into: Value | undefined, patch: Value, field = ""): Value {
  if (isTree(into) && isTree(patch)) {
    const fields = Object.entries(patch).map(([name, value]) => [
      name,
      value === undefined ? into[name] : merge(into[name], value, name),
    ]);
    return { ...into, ...Object.fromEntries(fields) };
  }
  const key = keys[field];
  if (key === undefined || !Array.isArray(into) || !Array.isArray(patch)) return patch;
  const same = (one: Value, other: Value) =>
    isTree(one) && isTree(other) && one[key] === other[key];
  const changed = into.map((element: Value) => {
    const change = patch.find((other: Value) => same(element, other));
    return change === undefined ? element : merge(element, change);
  });
  const added = patch.filter(
    (other: Value) => !into.some((element: Value) => same(element, other)),
  );
  return [...added, ...changed];
}

/** A JSON patch's change; what it replaces has to be there. */
export function replaced(value: Value, { path, value: to }: Replacement): Value {
  const within = (part: Value | undefined, [key, ...rest]: readonly string[]): Value => {
    if (key === undefined) return to;
    if (Array.isArray(part) && Number(key) < part.length)
      return part.with(Number(key), within(part[Number(key)], rest));
    if (isTree(part) && part[key] !== undefined) return { ...part, [key]: within(part[key], rest) };
    throw new Error(`there is no ${path} to replace`);
  };
  return within(value, path.split("/").slice(1));
}

/** Wherever containers stand, those whose image is named run the other one. */
export function withImages(value: Value, changes: readonly ImageChange[], field = ""): Value {
  if (Array.isArray(value))
    return value.map((part: Value) =>
      withImages(field === "containers" ? changed(part, changes) : part, changes),
    );
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      part === undefined ? part : withImages(part, changes, name),
    ]),
  );
}

function changed(container: Value, changes: readonly ImageChange[]): Value {
  if (!isTree(container)) return container;
  const change = changes.find(({ name }) => name === container.image);
  if (change === undefined) return container;
  return { ...container, image: `${change.newName ?? change.name}:${change.newTag}` };
}
