import type { Fault } from "./fault.ts";
import { backlog } from "./kinds/backlog.ts";
import { clusterFaults } from "./kinds/cluster.ts";
import { crashes } from "./kinds/crash-points.ts";
import { exhaustedConnections, longTransaction, terminatedBackends } from "./kinds/database.ts";
import { clockAhead, movedDeadlines } from "./kinds/deadlines.ts";
import { fullDisks, powerCut } from "./kinds/disks.ts";
import { garbage } from "./kinds/garbage.ts";
import { handlerFaults } from "./kinds/handlers.ts";
import { kill, killService } from "./kinds/kill.ts";
import { everyLink, linkFaults } from "./kinds/links.ts";
import { messageFaults } from "./kinds/messages.ts";
import { crashedMigration } from "./kinds/migration.ts";
import { pause, pauseLeader, pauseServer } from "./kinds/pause.ts";
import { repairCrashes } from "./kinds/repair-crashes.ts";
import { killBroker, killDatabase } from "./kinds/servers.ts";
import { rollingRestart, sigtermStorm } from "./kinds/terminate.ts";

/** Every kind of fault, in the order in which they are listed. */
export const faults: readonly Fault[] = [
  ...[kill, killService, killBroker, killDatabase],
  ...[...crashes, ...repairCrashes, crashedMigration],
  ...[pause, pauseLeader, pauseServer, sigtermStorm, rollingRestart],
  ...[...linkFaults, everyLink],
  ...[...fullDisks, powerCut],
  ...[...messageFaults, garbage, ...handlerFaults],
  ...clusterFaults,
  ...[
    longTransaction,
    terminatedBackends,
    exhaustedConnections,
    backlog,
    movedDeadlines,
    clockAhead,
  ],
];
