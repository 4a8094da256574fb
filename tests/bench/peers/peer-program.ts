import { join } from "node:path";
import postgres from "postgres";
import { ours, peers } from "./catalogue.ts";
import type { LibraryPeers } from "./peer.ts";
import { PeerTask } from "./peer-task.ts";
import { doWork, makeReady } from "./peer-work.ts";

/**
 * One peer as a process: it says `ready` when its world is made, begins at the first line of its
 * input, says what it did as one line of JSON, and ends with its input. It loads only its own library.
 */
const { peer: name, world: asked, ...task } = PeerTask.parse(JSON.parse(process.argv[2] ?? "null"));
const world = { ...asked, natsUrl: asked.natsUrl, redisUrl: asked.redisUrl };
const { file = "" } = [ours, ...peers].find((peer) => peer.name === name) ?? {};
const library: { readonly peers: LibraryPeers } = await import(join(import.meta.dir, file));
const adapter = library.peers[name];
if (!adapter) throw new Error(`${file} has no ${name}`);

if (task.fresh) await adapter.prepare(world);
const sql = postgres(world.databaseUrl, { max: 1 });
const peer = await adapter.open(world);
const setting = { peer, sql, firstOrder: task.firstOrder };
await makeReady(task.work, setting);
const input = console[Symbol.asyncIterator]();
console.log("ready");
await input.next();
const inputEnds = drained(input);
const done = await Promise.race([doWork(task.work, setting), inputEnds]);
// Whoever asked is gone, and with it whoever would stop this process.
if (done === undefined) process.exit(1);
console.log(JSON.stringify(done));
await inputEnds;
await peer[Symbol.asyncDispose]();
await sql.end();
process.exit(0);

async function drained(lines: AsyncIterator<string>): Promise<undefined> {
  for (let next = await lines.next(); !next.done; next = await lines.next());
}
