import { join } from "node:path";
import { z } from "zod";
import { isTree, merge, replaced, type Value, withImages } from "./kustomize-patches.ts";
import { textOf } from "./repository.ts";

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

const Patch = z.strictObject({
  path: z.string().optional(),
  patch: z.string().optional(),
  target: z.strictObject({
    kind: z.string(),
    name: z.string().optional(),
    labelSelector: z.string().optional(),
  }),
});
const Generated = z.strictObject({
  name: z.string(),
  type: z.string().optional(),
  files: z.array(z.string()),
});

/** The part of Kustomize that we use; another field is an error, so that nothing is passed over. */
const Kustomization = z
  .strictObject({
    apiVersion: z.string(),
    kind: z.literal("Kustomization"),
    namespace: z.string().optional(),
    labels: z
      .array(z.strictObject({ pairs: Labels, includeTemplates: z.literal(true) }))
      .default([]),
    resources: z.array(z.string()).default([]),
    generatorOptions: z
      .strictObject({ disableNameSuffixHash: z.literal(true), labels: Labels.default({}) })
      .optional(),
    configMapGenerator: z.array(Generated).default([]),
    secretGenerator: z.array(Generated).default([]),
    images: z
      .array(
        z.strictObject({
          name: z.string(),
          newName: z.string().optional(),
          newTag: z.string(),
        }),
      )
      .default([]),
    patches: z.array(Patch).default([]),
  })
  .refine(
    ({ generatorOptions, configMapGenerator, secretGenerator }) =>
      generatorOptions !== undefined || configMapGenerator.length + secretGenerator.length === 0,
    "what is generated needs a name of its own that stays",
  );
type Kustomization = z.output<typeof Kustomization>;

const Replacements = z.array(
  z.strictObject({
    op: z.literal("replace"),
    path: z.string(),
    value: z.union([z.string(), z.number()]),
  }),
);

/**
 * What `kubectl kustomize` makes of a folder, without kubectl; a test holds the two against each other. `read` says
 * what files hold, also those that an installation makes.
 */
export function rendered(folder: string, read = textOf): readonly Manifest[] {
  const kustomization = Kustomization.parse(
    Bun.YAML.parse(read(join(folder, "kustomization.yaml"))),
  );
  const { resources, patches, labels, namespace, images } = kustomization;
  const found = resources.flatMap((path) =>
    path.endsWith(".yaml")
      ? documentsOf(read(join(folder, path)))
      : rendered(join(folder, path), read),
  );
  const all = [...found, ...generated(folder, kustomization, read)];
  for (const { target } of patches)
    if (!all.some((manifest) => isTarget(manifest, target)))
      throw new Error(`${folder} patches a ${target.kind} that is not there`);
  return all.map((manifest) => {
    const patched = patches
      .filter(({ target }) => isTarget(manifest, target))
      .map(({ path, patch = "" }) => (path ? read(join(folder, path)) : patch))
      .reduce(withPatch, manifest as Value);
    const pairs = Object.assign({}, ...labels.map((label) => label.pairs));
    return Manifest.parse(withImages(labelled(inNamespace(patched, namespace), pairs), images));
  });
}

/** The objects that are made of files, each under its own name or the one before `=`. */
function generated(
  folder: string,
  { configMapGenerator, secretGenerator, generatorOptions }: Kustomization,
  read: (path: string) => string,
): readonly Manifest[] {
  const dataOf = (files: readonly string[], coded: (text: string) => string) =>
    Object.fromEntries(
      files.map((file) => {
        const [key = "", path = key] = file.split("=");
        return [key, coded(read(join(folder, path)))];
      }),
    );
  const metadataOf = (name: string) => ({ name, labels: generatorOptions?.labels ?? {} });
  return [
    ...configMapGenerator.map(({ name, files }) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadataOf(name),
      data: dataOf(files, (text) => text),
    })),
    ...secretGenerator.map(({ name, type = "Opaque", files }) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadataOf(name),
      type,
      data: dataOf(files, btoa),
    })),
  ];
}

function documentsOf(text: string): readonly Manifest[] {
  const parsed = Bun.YAML.parse(text);
  return z.array(Manifest).parse(Array.isArray(parsed) ? parsed : [parsed]);
}

function isTarget({ kind, metadata }: Manifest, target: z.output<typeof Patch>["target"]): boolean {
  const [label = "", value] = target.labelSelector?.split("=") ?? [];
  return (
    kind === target.kind &&
    (target.name === undefined || metadata.name === target.name) &&
    (label === "" || metadata.labels[label] === value)
  );
}

/** A list of replacements, or what is merged into it. */
function withPatch(value: Value, text: string): Value {
  const parsed = Bun.YAML.parse(text);
  return Array.isArray(parsed)
    ? Replacements.parse(parsed).reduce(replaced, value)
    : merge(value, nameless(documentsOf(text)[0]));
}

/** A patch for many objects names none of them. */
const nameless = (patch: Manifest | undefined): Value => {
  const { metadata: _, ...rest } = patch ?? {};
  return rest as Value;
};

/** Also in the pods that an object makes. */
function labelled(value: Value, pairs: Readonly<Record<string, string>>): Value {
  if (!isTree(value)) return value;
  const { template } = isTree(value.spec) ? value.spec : {};
  const own = merge(value, { metadata: { labels: pairs } });
  return isTree(template)
    ? merge(own, { spec: { template: { metadata: { labels: pairs } } } })
    : own;
}

function inNamespace(value: Value, namespace: string | undefined): Value {
  if (namespace === undefined || (isTree(value) && value.kind === "Namespace")) return value;
  return merge(value, { metadata: { namespace } });
}
