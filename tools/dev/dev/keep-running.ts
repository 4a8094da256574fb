import { JWKS_PATH } from "@app/platform/token-claims.ts";
import type { DevOptions } from "./options.ts";
import { replicaRow, serverRow, type TableRow } from "./ready-table.ts";
import type { Replica } from "./service-plan.ts";
import { serviceUnit, urlOf } from "./service-unit.ts";
import type { Foundation } from "./start.ts";
import { supervise, type Unit } from "./supervise.ts";

export interface KeepRunning {
  readonly repository: string;
  /** Where the logs go. */
  readonly directory: string;
  readonly options: DevOptions;
  readonly foundation: Foundation;
  readonly onLine: (name: string, line: string) => void;
  readonly onChange: (unit: Unit) => void;
  /** Aborts when the run ends. */
  readonly stopping: AbortSignal;
}

/** Starts the services, and starts whatever ends by itself again, servers included: a row of the table each. */
export function keepRunning(run: KeepRunning): readonly (TableRow & { readonly unit: Unit })[] {
  const { infrastructure, replicas } = run.foundation;
  const { postgres, nats, databaseUrl } = infrastructure;
  const servers = [
    ...(postgres ? [{ server: postgres, url: databaseUrl }] : []),
    ...nats.map((server) => ({ server, url: server.url })),
  ];
  return [
    ...servers.map(({ server, url }) => {
      const { name } = server;
      const unit = supervise({ name, launch: async () => server, onChange: run.onChange });
      return { ...serverRow(unit, url), unit };
    }),
    ...replicas.map((replica) => {
      const unit = unitOf(replica, run);
      return { ...replicaRow(unit, replica), unit };
    }),
  ];
}

function unitOf(replica: Replica, run: KeepRunning): Unit {
  const { repository, directory, options, foundation, onLine, onChange, stopping } = run;
  const { replicas, infrastructure } = foundation;
  const { databaseUrl, natsUrl } = infrastructure;
  const { service } = replica;
  const users = replicas.find(({ name }) => name === "users");
  // Without its people nobody could operate.
  const isDemo = options.demo || service === "users";
  return serviceUnit(replica, {
    repository,
    directory,
    databaseUrl,
    natsUrl,
    environment: {
      ...peersOf(replica, replicas),
      // It knows its own keys.
      ...(users && service !== "users" && { JWKS_URL: `${urlOf(users)}${JWKS_PATH}` }),
      ...(options.brokers > 1 && { STREAM_REPLICAS: String(options.brokers) }),
      ...(isDemo && { DEMO: "on" }),
      ...(options.logs === "debug" && { LOG_LEVEL: "debug" }),
    },
    onLine,
    onChange,
    stopping,
  });
}

/** Where it finds the other services. Whoever calls through the web calls all replicas in turn. */
function peersOf({ service }: Replica, replicas: readonly Replica[]): Record<string, string> {
  const first = replicas.filter((each) => each.name === each.service);
  const addresses = first.map((peer) => {
    const all = replicas.filter((each) => each.service === peer.service);
    const urls = service === "web" ? all : [peer];
    return [`${peer.service.toUpperCase()}_URL`, urls.map(urlOf).join(",")] as const;
  });
  return Object.fromEntries(addresses);
}
