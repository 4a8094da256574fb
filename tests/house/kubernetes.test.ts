import { describe, expect, test } from "bun:test";
import { readConfig } from "@app/platform/config.ts";
import { routes } from "@app/web/gateway/routes.ts";
import { fullSettings, made } from "./installation.ts";
import {
  type Container,
  modelOf,
  type Pod,
  podsOf,
  rulesOf,
  type Selector,
} from "./kubernetes-objects.ts";
import { type Manifest, rendered } from "./kustomization.ts";
import { programNames, programs, services, unknownSettings, withFiles } from "./programs.ts";
import { textOf } from "./repository.ts";

const folder = "deploy/kubernetes";
const manifests = rendered(`${folder}/base`);
const pods = podsOf(manifests);
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const podNamed = (kind: string, name: string): Pod => {
  const found = pods.find((pod) => pod.kind === kind && pod.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};
const selected = ({ matchLabels, matchExpressions }: Selector) =>
  pods.filter(
    ({ labels }) =>
      Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
      matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? "")),
  );
const portsOf = (pod: Pod) => pod.containers.flatMap(({ ports }) => ports.map(({ name }) => name));

/** A large library is read, beside other tests. */
const busyMachineMs = 60_000;

describe("the Kubernetes base", () => {
  test(
    "is valid by the API's schemas",
    async () => {
      for (const manifest of manifests) {
        const model = await modelOf(manifest);
        expect(() => model.validate()).not.toThrow();
      }
      const { spec: _, ...bare } = ofKind("Deployment")[0] ?? ({} as Manifest);
      const broken = await modelOf({ ...bare, spec: { replicas: "two" } } as Manifest);
      expect(() => broken.validate()).toThrow();
    },
    busyMachineMs,
  );

  test.each(programNames)(
    "configures %s completely, with nothing unknown, for production",
    (name) => {
      const jobs = name === "web" ? [] : [podNamed("Job", `${name}-migrate`)];
      for (const pod of [podNamed("Deployment", name), ...jobs]) {
        const env = withFiles(environmentOf(pod), (path) => fullSettings(fileIn(pod, path)));

        expect(unknownSettings(name, env)).toEqual([]);
        expect(() => readConfig(programs[name].schema, env)).not.toThrow();
        expect(env.NODE_ENV).toBe("production");
      }
    },
  );

  test.each(programNames)("gives %s the ports of the contract, and scrapes its metrics", (name) => {
    const pod = podNamed("Deployment", name);
    const { ports } = programs[name];
    const env = withFiles(environmentOf(pod), (path) => fullSettings(fileIn(pod, path)));

    expect(readConfig(programs[name].schema, env)).toMatchObject(ports);
    expect(pod.containers[0]?.ports.map(({ containerPort }) => containerPort)).toEqual(
      Object.values(ports),
    );
    expect(pod.annotations).toMatchObject({
      "prometheus.io/scrape": "true",
      "prometheus.io/path": "/metrics",
      "prometheus.io/port": String(ports.METRICS_PORT),
    });
  });

  test("lets web find every service where it is", () => {
    const env = environmentOf(podNamed("Deployment", "web"));
    for (const name of services)
      expect(env[`${name.toUpperCase()}_URL`]).toBe(`http://${name}:${programs[name].ports.PORT}`);
  });

  test("selects with each service the pods of one workload, at ports that they have", () => {
    for (const { metadata, selector, ports } of rulesOf(manifests).services) {
      const found = selected({ matchLabels: selector, matchExpressions: [] });
      expect(found.map(({ name }) => name)).toEqual([metadata.name]);
      for (const { targetPort } of ports) expect(found.flatMap(portsOf)).toContain(targetPort);
    }
  });

  test("scales, and keeps up in maintenance, what is there", () => {
    const { scalers, budgets } = rulesOf(manifests);
    const deployed = ofKind("Deployment").map(({ metadata }) => metadata.name);

    expect(scalers.map(({ target }) => target).toSorted()).toEqual(deployed.toSorted());
    for (const { name, selector } of budgets)
      expect(selected(selector).map((pod) => pod.name)).toEqual([name]);
    expect(budgets.map(({ name }) => name).toSorted()).toEqual([...deployed, "nats"].toSorted());
  });

  test("lets Postgres have as many connections as the autoscalers and an upgrade may open", () => {
    const { scalers } = rulesOf(manifests);
    // Ten for calls, four of the core and the leader's lock, of each replica, and of the one that an upgrade
    // starts before it stops another.
    const surge = 1;
    const wanted = scalers
      .filter(({ target }) => target !== "web")
      .reduce((sum, { maxReplicas }) => sum + (maxReplicas + surge) * 15, 0);
    for (const { spec } of ofKind("Deployment"))
      expect(spec).toMatchObject({ strategy: { rollingUpdate: { maxSurge: surge } } });
    const { args } = podNamed("StatefulSet", "postgres").containers[0] ?? { args: [] };

    expect(Number(/max_connections=(\d+)/.exec(args.join(" "))?.[1])).toBeGreaterThan(wanted + 20);
  });

  test("refers to secrets and settings that are made, by keys that they have", () => {
    const known = made(`${folder}/secrets/kustomization.yaml`);
    for (const { metadata, data } of rulesOf(manifests).settings)
      known.set(metadata.name, [...(known.get(metadata.name) ?? []), ...Object.keys(data)]);

    for (const { volumes } of pods) {
      for (const { secret, configMap } of volumes) {
        const name = secret?.secretName ?? configMap?.name;
        if (name === undefined) continue;
        expect([...known.keys()]).toContain(name);
        for (const { key } of secret?.items ?? []) expect(known.get(name)).toContain(key);
      }
      for (const { secret, configMap } of volumes.flatMap(
        ({ projected }) => projected?.sources ?? [],
      )) {
        const keys = known.get(secret?.name ?? configMap?.name ?? "");
        expect(keys).toBeDefined();
        for (const { key } of secret?.items ?? []) expect(keys).toContain(key);
      }
    }
    for (const { secrets } of rulesOf(manifests).ingresses)
      for (const name of secrets) expect(known.get(name)).toEqual(["tls.crt", "tls.key"]);
  });

  test("mounts what it declares, and gives the owner's role to jobs alone", () => {
    for (const { kind, volumes, containers, claims } of pods) {
      const declared = [...volumes.map(({ name }) => name), ...claims].toSorted();
      const mounted = containers.flatMap(({ volumeMounts }) =>
        volumeMounts.map(({ name }) => name),
      );

      expect([...new Set(mounted)].toSorted()).toEqual(declared);
      const owners = volumes.filter(({ secret }) => secret?.secretName.endsWith("-owner"));
      expect(owners).toHaveLength(kind === "Job" ? 1 : 0);
    }
  });

  test("runs nothing as root, writes only to volumes, and bounds memory", () => {
    for (const { name, automountServiceAccountToken, securityContext, containers } of pods) {
      expect([name, automountServiceAccountToken]).toEqual([name, false]);
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const container of containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(container.resources.limits.memory).toBeDefined();
      }
    }
  });

  test("asks each program itself how it is", () => {
    for (const name of programNames) {
      const [container] = podNamed("Deployment", name).containers;
      expect(probesOf(container)).toEqual(["/healthz http", "/livez http", "/readyz http"]);
    }
  });

  test("lets nobody but the gateway reach services, and nobody but the ingress the gateway", () => {
    const ways = rulesOf(manifests).policies.flatMap(({ selector, ingress }) =>
      ingress.flatMap(({ from, ports }) =>
        from.flatMap(({ podSelector, namespaceSelector }) => {
          const callers =
            namespaceSelector === undefined
              ? selected(podSelector ?? { matchLabels: {}, matchExpressions: [] })
              : [{ name: Object.values(namespaceSelector.matchLabels).join() }];
          return selected(selector).flatMap((pod) => {
            for (const { port } of ports) expect(portsOf(pod)).toContain(port);
            return callers.flatMap(({ name }) =>
              ports.map(({ port }) => `${name} to ${pod.name} ${port}`),
            );
          });
        }),
      ),
    );
    const calls = ways.filter((way) => way.endsWith(" http"));
    const allowed = [
      "ingress-nginx to web http",
      ...services.map((name) => `web to ${name} http`),
      ...services.map((name) => `${name} to users http`),
      "orders to inventory http",
    ];

    expect([...new Set(calls)].toSorted()).toEqual(allowed.toSorted());
    expect(ways.filter((way) => way.endsWith(" metrics"))).toEqual(
      pods
        .filter(({ kind }) => kind === "Deployment")
        .map(({ name }) => `monitoring to ${name} metrics`),
    );
    expect(rulesOf(manifests).policies[0]).toMatchObject({
      selector: { matchLabels: {} },
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
    });
  });

  test("leads both hosts to the gateway, and of the calls each that it knows", () => {
    const { ingresses } = rulesOf(manifests);
    for (const { backends } of ingresses)
      for (const backend of backends)
        expect(backend).toEqual({ name: "web", port: { name: "http" } });

    const api = ingresses.find(({ host }) => host.startsWith("api."))?.paths ?? [];
    const calls = [
      // What a problem's type leads to is said by the gateway itself.
      "/problems/not_found",
      ...routes.map(({ path }) => path.replaceAll("/:", "/x").replace("/**", "")),
      ...services.map((name) => `/${name}.v1.${name[0]?.toUpperCase()}${name.slice(1)}Service/Get`),
    ];
    const covers = (prefix: string, path: string) =>
      path === prefix || path.startsWith(`${prefix}/`);

    expect(calls.filter((path) => !api.some((prefix) => covers(prefix, path)))).toEqual([]);
    expect(api.filter((prefix) => !calls.some((path) => covers(prefix, path)))).toEqual([]);
    expect(ingresses.find(({ host }) => host.startsWith("www."))?.paths).toEqual(["/"]);
  });

  test("lets Caddy know the same calls", () => {
    const [, matched = ""] = /@calls path (.*)/.exec(textOf("deploy/caddy/Caddyfile")) ?? [];
    const api =
      rulesOf(manifests).ingresses.find(({ host }) => host.startsWith("api."))?.paths ?? [];
    const prefixes = new Set(matched.split(" ").map((path) => path.replace(/\/\*$/, "")));

    expect([...prefixes].toSorted()).toEqual([...api].toSorted());
  });
});

const environmentOf = ({ containers: [container] }: Pod) =>
  Object.fromEntries((container?.env ?? []).map(({ name, value = "" }) => [name, value]));

/** Which of the files that an installation makes stands at a path of a pod. */
function fileIn({ volumes, containers }: Pod, path: string): string {
  const mount = containers[0]?.volumeMounts.find(({ mountPath }) =>
    path.startsWith(`${mountPath}/`),
  );
  const volume = volumes.find(({ name }) => name === mount?.name);
  const secret = volume?.secret?.secretName ?? "";
  const key = path.split("/").at(-1) ?? "";
  const file = made(`${folder}/secrets/kustomization.yaml`, "files").get(secret) ?? [];
  const found = file.find((one) => one.startsWith(`${key}=`));
  if (found === undefined) throw new Error(`no secret holds ${path}`);
  return found.split("/").at(-1) ?? "";
}

function probesOf(container: Container | undefined): readonly string[] {
  const { startupProbe, livenessProbe, readinessProbe } = container ?? {};
  return [startupProbe, livenessProbe, readinessProbe].map(
    (probe) => `${probe?.httpGet?.path} ${probe?.httpGet?.port}`,
  );
}
