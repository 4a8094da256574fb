import { describe, expect, test } from "bun:test";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { made, textOrStandIn } from "./installation.ts";
import { modelOf, podsOf, rulesOf } from "./kubernetes-objects.ts";
import { type Manifest, rendered } from "./kustomization.ts";
import { programNames } from "./programs.ts";
import { root } from "./repository.ts";

const folder = "deploy/kubernetes";
const folders = [
  ...["base", "production", "kind", "secrets", "backup"].map((name) => `${folder}/${name}`),
  "deploy/prometheus",
];
const base = rendered(`${folder}/base`);
const production = rendered(`${folder}/production`);
const kind = rendered(`${folder}/kind`);
const secrets = rendered(`${folder}/secrets`, textOrStandIn);

const kubectl = Bun.which("kubectl");
/** A large program is started six times, or a large library read, beside other tests. */
const busyMachineMs = 60_000;

const namesOf = (manifests: readonly Manifest[]) =>
  manifests.map(({ kind, metadata: { name, namespace } }) => `${kind} ${namespace} ${name}`);
const ofOurs = (manifests: readonly Manifest[]) =>
  podsOf(manifests)
    .flatMap(({ containers }) => containers)
    .filter(({ image }) => image.includes("quickbite/"));

describe("the Kubernetes overlays", () => {
  test.skipIf(kubectl === null)(
    "are rendered by these tests as kubectl does",
    async () => {
      await using copy = await installed();
      for (const path of folders) {
        const rendering = Bun.spawn([kubectl ?? "", "kustomize", join(copy.path, path)], {
          timeout: busyMachineMs,
        });
        const text = await new Response(rendering.stdout).text();

        expect(await rendering.exited).toBe(0);
        const parsed = Bun.YAML.parse(text);
        const found = z
          .array(z.looseObject({ kind: z.string() }))
          .parse(Array.isArray(parsed) ? parsed : [parsed]);
        expect(canonical(found)).toEqual(canonical(rendered(path, textOrStandIn)));
      }
    },
    2 * busyMachineMs,
  );

  test.each(folders)(
    "%s is valid by the API's schemas",
    async (path) => {
      for (const manifest of rendered(path, textOrStandIn)) {
        const model = await modelOf(manifest);
        expect(() => model.validate()).not.toThrow();
      }
    },
    busyMachineMs,
  );

  test("bring the base's objects, and no other", () => {
    expect(namesOf(production)).toEqual(namesOf(base));
    expect(namesOf(kind)).toEqual(namesOf(base));
  });

  test("take every program and its job from where the overlay says, of one release", () => {
    const known = programNames.map((name) => `quickbite/${name}`);
    const images = (manifests: readonly Manifest[]) => [
      ...new Set(ofOurs(manifests).map(({ image }) => image)),
    ];

    expect(images(base).toSorted()).toEqual(known.toSorted());
    expect(images(kind).toSorted()).toEqual(known.map((name) => `${name}:here`).toSorted());
    expect(images(production).toSorted()).toEqual(
      known.map((name) => `ghcr.io/example/${name}:1.0.0`).toSorted(),
    );
  });

  test("of production name its own hosts, with TLS, and its first operator, and leave all else", () => {
    const hosts = z.object({
      spec: z.object({
        tls: z.tuple([z.object({ hosts: z.tuple([z.string()]) })]),
        rules: z.tuple([z.object({ host: z.string() })]),
      }),
    });
    const ingresses = production.filter((manifest) => manifest.kind === "Ingress");
    expect(ingresses).toHaveLength(2);
    for (const ingress of ingresses) {
      const { tls, rules } = hosts.parse(ingress).spec;
      expect(rules[0].host).toBe(`${ingress.metadata.name}.example.com`);
      expect(tls[0].hosts[0]).toBe(rules[0].host);
    }

    for (const [at, pod] of podsOf(production).entries()) {
      const before = podsOf(base)[at]?.containers[0]?.env ?? [];
      const operator = { name: "OPERATOR_EMAIL", value: "operator@example.com" };
      const others = (env: typeof before) =>
        env.filter(({ name }) => name !== operator.name).toSorted(byName);
      const env = pod.containers[0]?.env ?? [];
      expect(others(env)).toEqual(others(before));
      if (pod.name === "users") expect(env).toContainEqual(operator);
    }
  });

  test("of one machine start one of each service, and scale to two", () => {
    const sizes = z.object({
      spec: z.object({ minReplicas: z.literal(1), maxReplicas: z.literal(2) }),
    });
    const scalers = kind.filter((manifest) => manifest.kind === "HorizontalPodAutoscaler");

    expect(scalers).toHaveLength(rulesOf(base).scalers.length);
    for (const scaler of scalers) expect(() => sizes.parse(scaler)).not.toThrow();
  });

  test("of secrets make each by its name, in the namespace of what refers to it, with all its keys", () => {
    const Secret = z.object({
      metadata: z.object({ name: z.string(), namespace: z.literal("quickbite") }),
      type: z.string(),
      data: z.record(z.string(), z.string()),
    });
    const found = secrets
      .filter((manifest) => manifest.kind === "Secret")
      .map((manifest) => Secret.parse(manifest));
    const known = made(`${folder}/secrets/kustomization.yaml`);

    // All but the authority's certificate, which is no secret.
    expect(found.map(({ metadata }) => metadata.name)).toEqual(
      [...known.keys()].filter((name) => name !== "authority"),
    );
    for (const { metadata, type, data } of found) {
      expect(Object.keys(data)).toEqual([...(known.get(metadata.name) ?? [])]);
      for (const value of Object.values(data)) expect(atob(value)).toStartWith("stands in: ");
      expect(type).toBe(metadata.name === "certificate" ? "kubernetes.io/tls" : "Opaque");
    }
  });

  test.each([
    ["an object", "{ kind: Service, name: gone }", "/spec/type", "a Service that is not there"],
    ["a field", "{ kind: Service }", "/spec/gone", "no /spec/gone to replace"],
  ])("would be caught changing %s that is not there", (_, target, path, said) => {
    const files: Readonly<Record<string, string>> = {
      "a/service.yaml": "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: b}}",
      "a/kustomization.yaml": `
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [service.yaml]
        patches: [{ target: ${target}, patch: "[{ op: replace, path: ${path}, value: c }]" }]`,
    };
    const read = (file: string) => files[file] ?? "";

    expect(() => rendered("a", read)).toThrow(said);
  });
});

const byName = (one: { readonly name: string }, other: { readonly name: string }) =>
  one.name < other.name ? -1 : 1;

/** The deployment's files as an installation has them, with its secrets made. */
async function installed() {
  const path = await mkdtemp(join(tmpdir(), "kubernetes-"));
  const secretFiles = join(root, folder, "secrets/files");
  for (const part of ["deploy/kubernetes", "deploy/nats", "deploy/prometheus"])
    await cp(join(root, part), join(path, part), {
      recursive: true,
      filter: (source) => source !== secretFiles,
    });
  for (const files of made(`${folder}/secrets/kustomization.yaml`, "files").values())
    for (const file of files) {
      const place = `${folder}/secrets/files/${basename(file.split("=").at(-1) ?? "")}`;
      await Bun.write(join(path, place), textOrStandIn(place));
    }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** With lists of named things in one order: the two ways of rendering add to them at different ends. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const parts = value.map(canonical);
    return parts.every((part) => typeof part === "object")
      ? parts.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : parts;
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value)
    .map(([name, field]) => [name, canonical(field)] as const)
    .filter(([name, field]) => !(name === "labels" && Object.keys(Object(field)).length === 0));
  return Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
