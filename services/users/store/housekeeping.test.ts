import { expect, test } from "bun:test";
import { usersWorld } from "../testing/world.ts";
import { removeWhatIsOver } from "./housekeeping.ts";

test("what is over is removed, and nothing else", async () => {
  await using world = await usersWorld();
  const { token } = await world.signedIn("olga@example.com", ["operator"]);
  await world.call("POST", "/ops/v1/keys/rotate", { token });
  await world.query("update sessions set expires_at = now() - interval '1 s'");
  await world.query("update sign_in_attempts set expires_at = now() - interval '1 s'");
  await world.query(
    "update signing_keys set signs_from = now(), verifies_until = case when verifies_until is not null then now() end",
  );
  const { refreshToken } = await world.ada();

  await removeWhatIsOver(world.pool, new AbortController().signal);

  expect(await world.query("select 1 from sessions")).toHaveLength(1);
  expect(await world.query("select 1 from signing_keys")).toHaveLength(1);
  const attempts = "select expires_at <= now() as over from sign_in_attempts group by 1";
  expect(await world.query(attempts)).toEqual([{ over: false }]);
  expect((await world.call("POST", "/api/refresh", { body: { refreshToken } })).status).toBe(200);
});
