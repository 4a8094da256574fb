import { expect } from "bun:test";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import { elysiaHandler, httpApp } from "../elysia-app.ts";
import { RedriveRunDetailView } from "../messaging/ops-repair-views.ts";
import { operatorRoutes } from "../messaging/ops-routes.ts";
import { eventually } from "./eventually.ts";
import { servedHttp } from "./served-http.ts";
import { type SinkWorld, sinkWorld } from "./sink.ts";

/** So fast that nobody waits for a run. */
export const fast = { perSecond: 1_000 };

export interface Kitchen extends AsyncDisposable {
  readonly world: SinkWorld;
  /** Keys whose version 1 still fails, with the error. */
  readonly broken: Map<string, string>;
  read<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  post(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** A served sink with a dead letter at version 1 of each key, and one message behind each. */
export async function kitchen(errors: Readonly<Record<string, string>>): Promise<Kitchen> {
  const stack = new AsyncDisposableStack();
  const world = stack.use(await sinkWorld());
  const broken = new Map(Object.entries(errors));
  const replica = world.start({
    settings: { ATTEMPTS_MAX: 1 },
    behaviour: (_message, { key, version }) => {
      const error = broken.get(key.slice("order/".length));
      if (version === 1 && error !== undefined) throw new Error(error);
    },
  });
  stack.use(replica);
  const app = httpApp({}).use(operatorRoutes(replica.messaging));
  const served = stack.use(servedHttp({ handlers: [elysiaHandler(app)] }));
  const at = (path: string) => `${served.server.url}/ops/v1/${path}`;
  for (const key of broken.keys()) await world.send(key, [1, 2]);
  await eventually(async () => {
    const [found] = await world.pool.q.execute(sql`
      select (select count(*)::int from dead_letters where state = 'dead') as dead,
        (select count(*)::int from parked) as parked`);
    expect(found).toEqual({ dead: broken.size, parked: broken.size });
  });
  return {
    world,
    broken,
    read: async (path, schema) => schema.parse(await (await fetch(at(path))).json()),
    post: async (path, body = {}) => {
      const response = await fetch(at(path), { method: "POST", body: JSON.stringify(body) });
      const answer: unknown = await response.json();
      return { status: response.status, body: answer as Record<string, unknown> };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A run as the operator API shows it. */
export const runOf = ({ read }: Kitchen, id: unknown) =>
  read(`redrive-runs/${id}`, RedriveRunDetailView);

/** The run once it is in that state. */
export const runInState = (it: Kitchen, id: unknown, state: string) =>
  eventually(async () => {
    const run = await runOf(it, id);
    expect(run.state).toBe(state as typeof run.state);
    return run;
  });
