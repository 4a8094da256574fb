import { expect } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { publishEvent } from "../e2e/sign-in-world.ts";
import type { WebCalls } from "./web-calls.ts";

/** An event of tomorrow, Opera Aida unless it is called otherwise, as its organiser publishes it; bookings know it when this returns. */
export async function publishedEvent(
  { call, tokenOf }: WebCalls,
  event: { readonly capacity?: number; readonly name?: string } = {},
): Promise<string> {
  const organiser = { id: "", token: await tokenOf("organiser") };
  const id = await publishEvent(
    {
      organiser,
      call: (_, method, path, { as, ...sent } = {}) =>
        call(method, path, { ...sent, ...(as && { token: as.token }) }),
    },
    event,
  );
  await eventually(async () => {
    expect((await call("GET", `/events/${id}/availability`)).status).toBe(200);
  });
  return id;
}
