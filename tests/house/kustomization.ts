import { join } from "node:path";
import { z } from "zod";
import { textOf } from "./repository.ts";

type Value = string | number | boolean | null | readonly Value[] | Tree;
interface Tree {
  readonly [key: string]: Value | undefined;
}

const Labels = z.record(z.string(), z.string());

/** As much of a Kubernetes object as every one has. */
const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: Labels.default({}),
  }),
});
export type Manifest = z.output<typeof Manifest>;

/** The part of Kustomize that our base uses; another field is an error, so that nothing is passed over. */
const Kustomization = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal("Kustomization"),
  namespace: z.string().optional(),
  labels: z.array(z.strictObject({ pairs: Labels, includeTemplates: z.literal(true) })).default([]),
  resources: z.array(z.string()).default([]),
  generatorOptions: z.strictObject({ disableNameSuffixHash: z.literal(true) }).optional(),
  configMapGenerator: z
    .array(z.strictObject({ name: z.string(), files: z.array(z.string()) }))
    .default([]),
  patches: z
    .array(
      z.strictObject({
        path: z.string(),
        target: z.strictObject({ kind: z.string(), labelSelector: z.string().optional() }),
      }),
    )
    .default([]),
});

/** What `kubectl kustomize` makes of a folder, without kubectl; a test holds the two against each other. */
export function rendered(folder: string): readonly Manifest[] {
  const { resources, configMapGenerator, patches, labels, namespace } = Kustomization.parse(
    Bun.YAML.parse(textOf(join(folder, "kustomization.yaml"))),
  );
  const found = resources.flatMap((path) =>
    path.endsWith(".yaml") ? documentsOf(join(folder, path)) : rendered(join(folder, path)),
  );
  const made = configMapGenerator.map(({ name, files }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: {} },
    data: Object.fromEntries(files.map((file) => [file, textOf(join(folder, file))])),
  }));
  return [...found, ...made].map((manifest) => {
    const patched = patches
      .filter(({ target }) => isTarget(manifest, target))
      .map(({ path }) => documentsOf(join(folder, path))[0])
      .reduce((merged: Value, patch) => merge(merged, nameless(patch), ""), manifest as Value);
    const pairs = Object.assign({}, ...labels.map((label) => label.pairs));
    return Manifest.parse(labelled(inNamespace(patched, namespace), pairs));
  });
}

function documentsOf(path: string): readonly Manifest[] {
  const parsed = Bun.YAML.parse(textOf(path));
  return z.array(Manifest).parse(Array.isArray(parsed) ? parsed : [parsed]);
}

function isTarget(
  { kind, metadata }: Manifest,
  target: { readonly kind: string; readonly labelSelector?: string | undefined },
): boolean {
  const [label = "", value] = target.labelSelector?.split("=") ?? [];
  return kind === target.kind && (label === "" || metadata.labels[label] === value);
}

/** A patch for many objects names none of them. */
const nameless = (patch: Manifest | undefined): Value => {
  const { metadata: _, ...rest } = patch ?? {};
  return rest as Tree;
};

/** By which field the elements of a list are the same one, as the API says it of each list. */
const keys: Readonly<Record<string, string>> = {
  containers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
};

/** Strategic merge: objects field by field, the lists named above element by element, all else is replaced. */
function merge(into: Value | undefined, patch: Value, field: string): Value {
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
    return change === undefined ? element : merge(element, change, "");
  });
  const added = patch.filter(
    (other: Value) => !into.some((element: Value) => same(element, other)),
  );
  return [...added, ...changed];
}

/** Also in the pods that an object makes. */
function labelled(value: Value, pairs: Readonly<Record<string, string>>): Value {
  if (!isTree(value)) return value;
  const { template } = isTree(value.spec) ? value.spec : {};
  const own = merge(value, { metadata: { labels: pairs } }, "");
  return isTree(template)
    ? merge(own, { spec: { template: { metadata: { labels: pairs } } } }, "")
    : own;
}

function inNamespace(value: Value, namespace: string | undefined): Value {
  if (namespace === undefined || (isTree(value) && value.kind === "Namespace")) return value;
  return merge(value, { metadata: { namespace } }, "");
}

const isTree = (value: Value | undefined): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);
