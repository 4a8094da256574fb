import type { Fault } from "./fault.ts";
import { backlog } from "./kinds/backlog.ts";
import { crashes } from "./kinds/crash-points.ts";
import { exhaustedConnections, longTransaction, terminatedBackends } from "./kinds/database.ts";
import { clockAhead, movedDeadlines } from "./kinds/deadlines.ts";
import { garbage } from "./kinds/garbage.ts";
import { handlerFaults } from "./kinds/handlers.ts";
import { kill, killService } from "./kinds/kill.ts";
import { everyLink, linkFaults } from "./kinds/links.ts";
import { messageFaults } from "./kinds/messages.ts";
import { crashedMigration } from "./kinds/migration.ts";
import { pause, pauseLeader, pauseServer } from "./kinds/pause.ts";
import { killBroker, killDatabase } from "./kinds/servers.ts";
import { rollingRestart, sigtermStorm } from "./kinds/terminate.ts";

/** Every kind of fault, in the order in which they are listed. */
export const faults: readonly Fault[] = [
  ...[kill, killService, killBroker, killDatabase, ...crashes, crashedMigration],
  ...[pause, pauseLeader, pauseServer, sigtermStorm, rollingRestart],
  ...[...linkFaults, everyLink],
  ...[...messageFaults, garbage, ...handlerFaults],
  ...[
    longTransaction,
    terminatedBackends,
    exhaustedConnections,
    backlog,
    movedDeadlines,
    clockAhead,
  ],
];
