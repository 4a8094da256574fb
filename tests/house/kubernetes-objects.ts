import { z } from "zod";
import type { Manifest } from "./kustomization.ts";

const Labels = z.record(z.string(), z.string());
const Selector = z.object({
  matchLabels: Labels.default({}),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.literal("In"), values: z.array(z.string()) }))
    .default([]),
});
export type Selector = z.output<typeof Selector>;

const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }).optional() });
const Container = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
  securityContext: z.unknown(),
  resources: z.object({ limits: z.object({ memory: z.string() }) }),
  startupProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
});
export type Container = z.output<typeof Container>;

const Volume = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string() }).optional(),
  secret: z
    .object({
      secretName: z.string(),
      items: z.array(z.object({ key: z.string(), path: z.string() })).default([]),
    })
    .optional(),
  projected: z
    .object({
      sources: z.array(
        z.object({
          configMap: z.object({ name: z.string() }).optional(),
          secret: z
            .object({ name: z.string(), items: z.array(z.object({ key: z.string() })).default([]) })
            .optional(),
        }),
      ),
    })
    .optional(),
});

const Workload = z.object({
  kind: z.enum(["Deployment", "StatefulSet", "Job"]),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: Selector.optional(),
    volumeClaimTemplates: z
      .array(z.object({ metadata: z.object({ name: z.string() }) }))
      .default([]),
    template: z.object({
      metadata: z.object({ labels: Labels, annotations: Labels.default({}) }),
      spec: z.object({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.boolean(),
        securityContext: z.unknown(),
        containers: z.array(Container),
        volumes: z.array(Volume).default([]),
      }),
    }),
  }),
});

/** The pods that each workload makes. */
export function podsOf(manifests: readonly Manifest[]) {
  return manifests.flatMap((manifest) => {
    const { success, data } = Workload.safeParse(manifest);
    if (!success) {
      if (["Deployment", "StatefulSet", "Job"].includes(manifest.kind)) Workload.parse(manifest);
      return [];
    }
    const { kind, metadata, spec } = data;
    const { labels, annotations } = spec.template.metadata;
    const claims = spec.volumeClaimTemplates.map((claim) => claim.metadata.name);
    return [{ kind, name: metadata.name, labels, annotations, claims, ...spec.template.spec }];
  });
}
export type Pod = ReturnType<typeof podsOf>[number];

const Metadata = z.object({ name: z.string() });
const Peer = z.object({
  podSelector: Selector.optional(),
  namespaceSelector: z.object({ matchLabels: Labels }).optional(),
});
const Ports = z.array(z.object({ port: z.union([z.string(), z.number()]).transform(String) }));

const Service = z.object({
  metadata: Metadata,
  spec: z.object({
    selector: Labels,
    ports: z.array(z.object({ port: z.number(), targetPort: z.string() })),
  }),
});
const Scaler = z.object({
  spec: z.object({ scaleTargetRef: z.object({ name: z.string() }), maxReplicas: z.number() }),
});
const Budget = z.object({ metadata: Metadata, spec: z.object({ selector: Selector }) });
const Policy = z.object({
  metadata: Metadata,
  spec: z.object({
    podSelector: Selector,
    policyTypes: z.array(z.string()),
    ingress: z.array(z.object({ from: z.array(Peer), ports: Ports })).default([]),
  }),
});
const Backend = z.object({ name: z.string(), port: z.object({ name: z.string() }) });
const Ingress = z.object({
  spec: z.object({
    tls: z.array(z.object({ secretName: z.string() })),
    rules: z.tuple([
      z.object({
        host: z.string(),
        http: z.object({
          paths: z.array(z.object({ path: z.string(), backend: z.object({ service: Backend }) })),
        }),
      }),
    ]),
  }),
});
const Settings = z.object({ metadata: Metadata, data: Labels });

/** What is said of the pods: who finds them, how many there are, who may reach them. */
export function rulesOf(manifests: readonly Manifest[]) {
  const parsed = <Schema extends z.ZodType>(kind: string, schema: Schema): z.output<Schema>[] =>
    manifests
      .filter((manifest) => manifest.kind === kind)
      .map((manifest) => schema.parse(manifest));
  return {
    services: parsed("Service", Service).map(({ metadata, spec }) => ({ metadata, ...spec })),
    scalers: parsed("HorizontalPodAutoscaler", Scaler).map(({ spec }) => ({
      target: spec.scaleTargetRef.name,
      maxReplicas: spec.maxReplicas,
    })),
    budgets: parsed("PodDisruptionBudget", Budget).map(({ metadata, spec }) => ({
      name: metadata.name,
      selector: spec.selector,
    })),
    policies: parsed("NetworkPolicy", Policy).map(({ spec }) => ({
      selector: spec.podSelector,
      policyTypes: spec.policyTypes,
      ingress: spec.ingress,
    })),
    ingresses: parsed("Ingress", Ingress).map(({ spec: { tls, rules } }) => ({
      host: rules[0].host,
      secrets: tls.map(({ secretName }) => secretName),
      paths: rules[0].http.paths.map(({ path }) => path),
      backends: rules[0].http.paths.map(({ backend }) => backend.service),
    })),
    settings: parsed("ConfigMap", Settings),
  };
}

type Model = new (value: unknown) => { validate(): void };

/** A manifest as the API's own schema of its kind judges it; it does not know unknown fields for faults. */
export async function modelOf(manifest: Manifest): Promise<{ validate(): void }> {
  const models: Readonly<Record<string, Model | undefined>> = await import(
    `kubernetes-models/${manifest.apiVersion}`
  );
  const model = models[manifest.kind];
  if (model === undefined) throw new Error(`the API has no ${manifest.kind}`);
  return new model(manifest);
}
