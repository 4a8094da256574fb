import { Refusal } from "@app/platform/errors.ts";
import { operatorOf } from "@app/platform/messaging/ops-access.ts";
import { NoParameters, readId, readRequest } from "@app/platform/messaging/ops-requests.ts";
import type { Database } from "@app/platform/postgres.ts";
import { Elysia } from "elysia";
import { z } from "zod";
import {
  beginRebuild,
  cancelRebuild,
  currentRebuild,
  findRebuild,
  type Rebuild,
} from "../store/rebuild.ts";

const instant = z.iso.datetime();
const count = z.number().int().min(0);

/** A rebuild of the projection. `target` is null until the stream was asked where it ends. */
const RebuildView = z.object({
  id: z.number().int().positive(),
  consumer: z.string(),
  state: z.enum(["running", "done", "cancelled"]),
  upTo: count,
  target: count.nullable(),
  messages: count,
  unreadable: count,
  changed: count.nullable(),
  createdAt: instant,
  finishedAt: instant.nullable(),
});

interface RebuildSettings {
  readonly db: Database;
  /** The consumer whose projection it is. */
  readonly consumer: string;
}

/** Lets an operator have the projection of a consumer built anew, while the service runs. */
export const rebuildRoutes = ({ db, consumer }: RebuildSettings) => {
  const view = (rebuild: Rebuild) => viewOf(rebuild, consumer);
  return new Elysia({ prefix: "/ops/v1/rebuilds" })
    .derive(({ request }) => ({ operator: operatorOf(request) }))
    .post(
      "/",
      async ({ body, operator, status }) => {
        readRequest(NoParameters, body);
        return status(202, view(await beginRebuild(db, operator)));
      },
      { response: { 202: RebuildView } },
    )
    .get(
      "/current",
      async () => {
        const rebuild = await currentRebuild(db);
        if (rebuild) return view(rebuild);
        throw new Refusal("not_found", "not_found", "no rebuild is running");
      },
      { response: RebuildView },
    )
    .get("/:id", async ({ params }) => view(await findRebuild(db, readId(params.id))), {
      response: RebuildView,
    })
    .post(
      "/:id/cancel",
      async ({ params, body, operator }) => {
        readRequest(NoParameters, body);
        return view(await cancelRebuild(db, readId(params.id), operator));
      },
      { response: RebuildView },
    );
};

function viewOf(rebuild: Rebuild, consumer: string): z.infer<typeof RebuildView> {
  const { id, state, upTo, target, messages, unreadable, changed, createdAt, finishedAt } = rebuild;
  return {
    id,
    consumer: `${consumer}-rebuild`,
    state,
    upTo,
    target,
    messages,
    unreadable,
    changed,
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
