import { expect, test } from "bun:test";
import { usersWorld } from "../testing/world.ts";

test("whoever lost the role of operator gives no power away with the token from before", async () => {
  await using world = await usersWorld();
  const olga = await world.signedIn("olga@example.com", ["operator"]);
  const oleg = await world.signedIn("oleg@example.com", ["operator"]);
  const act = (by: { readonly token: string }, path: string, body: unknown) =>
    world.call("POST", `/ops/v1/${path}`, { token: by.token, body });
  const taken = await act(olga, `users/${oleg.id}/roles`, { roles: ["customer"] });
  expect(taken.status).toBe(200);

  for (const [path, body] of [
    [`users/${oleg.id}/roles`, { roles: ["operator"] }],
    [`users/${olga.id}/roles`, { roles: ["customer"] }],
    ["service-tokens", { service: "orders" }],
    ["keys/rotate", {}],
  ] as const)
    expect(await act(oleg, path, body)).toMatchObject({
      status: 403,
      body: { code: "role_missing" },
    });

  expect(await world.query("select email from users where roles @> array['operator']")).toEqual([
    { email: "olga@example.com" },
  ]);
  expect(await world.query("select 1 from audit")).toHaveLength(1);
  expect(await world.query("select 1 from signing_keys")).toHaveLength(1);
});
