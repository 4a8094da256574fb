import { describe, expect, test } from "bun:test";
import { ada, usersWorld } from "../testing/world.ts";

describe("deleting one's own account", () => {
  test("ends its sessions, frees its address, and is announced as its last message", async () => {
    await using world = await usersWorld();
    const { id, token, refreshToken } = await world.ada();
    const body = { password: ada.password };

    const wrong = await world.call("POST", "/api/me/delete", {
      token,
      body: { password: "no no no" },
    });
    const gone = await world.call("POST", "/api/me/delete", { token, body });

    expect([wrong.status, wrong.body.detail]).toEqual([403, "password is wrong"]);
    expect(gone.status).toBe(204);
    expect((await world.call("GET", "/api/me", { token })).status).toBe(404);
    expect((await world.call("POST", "/api/refresh", { body: { refreshToken } })).status).toBe(401);
    expect((await world.call("POST", "/api/register", { body: ada })).status).toBe(201);
    expect(
      await world.query(
        `select subject, version::int from outbox where key = 'user/${id}' order by id`,
      ),
    ).toEqual([
      { subject: `users.v1.user_registered.${id}`, version: 1 },
      { subject: `users.v1.user_deleted.${id}`, version: 2 },
    ]);
  });

  test("is refused to the last operator, and to nobody else", async () => {
    await using world = await usersWorld();
    const one = await world.signedIn("one@example.com", ["operator"]);
    const other = await world.signedIn("other@example.com", ["operator"]);
    const leave = (token: string) =>
      world.call("POST", "/api/me/delete", { token, body: { password: ada.password } });

    expect((await leave(one.token)).status).toBe(204);
    const last = await leave(other.token);

    expect([last.status, last.body.detail]).toEqual([409, "this is the last operator"]);
  });

  test("is offered by the contract as well", async () => {
    await using world = await usersWorld();
    const { token } = await world.ada();
    const client = world.rpc(token);

    await expect(client.deleteMe({ password: "" })).rejects.toThrow("password is required");
    await client.deleteMe({ password: ada.password });

    expect((await world.call("GET", "/api/me", { token })).status).toBe(404);
  });
});
