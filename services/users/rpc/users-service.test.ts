import { describe, expect, test } from "bun:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { ada, usersWorld } from "../testing/world.ts";

async function refusalOf(call: Promise<unknown>) {
  const error = ConnectError.from(await call.catch((thrown: unknown) => thrown));
  return { code: error.code, message: error.rawMessage };
}

describe("UsersService", () => {
  test("does by RPC what REST does, on the same accounts", async () => {
    await using world = await usersWorld();
    const guest = world.rpc();

    const { user } = await guest.register(ada);
    const { tokens } = await guest.login({ email: ada.email, password: ada.password });
    const own = world.rpc(tokens?.token);
    const refreshed = await guest.refresh({ refreshToken: tokens?.refreshToken ?? "" });

    expect(user).toMatchObject({ name: "Ada", email: ada.email, roles: ["customer"] });
    expect(tokens?.expiresIn).toBe(600);
    expect((await own.getMe({})).user).toEqual(user);
    expect((await own.updateMe({ name: "Lovelace" })).user).toMatchObject({ name: "Lovelace" });
    const token = refreshed.tokens?.token ?? "";
    const { body } = await world.call("GET", "/api/me", { token });
    expect(body).toMatchObject({ id: user?.id ?? "", name: "Lovelace" });

    await guest.logout({ refreshToken: refreshed.tokens?.refreshToken ?? "" });
    const over = guest.refresh({ refreshToken: refreshed.tokens?.refreshToken ?? "" });
    expect(await refusalOf(over)).toEqual({
      code: Code.Unauthenticated,
      message: "invalid refresh token",
    });
  });

  test("refuses in the words of REST", async () => {
    await using world = await usersWorld();
    const guest = world.rpc();
    await guest.register(ada);

    for (const [call, code, message] of [
      [() => guest.register({}), Code.InvalidArgument, "name is required"],
      [() => guest.register(ada), Code.FailedPrecondition, "email is registered already"],
      [() => guest.login({ email: ada.email }), Code.InvalidArgument, "password is required"],
      [
        () => guest.login({ email: ada.email, password: "wrong horse" }),
        Code.Unauthenticated,
        "wrong email or password",
      ],
      [() => guest.refresh({}), Code.Unauthenticated, "invalid refresh token"],
      [() => guest.getMe({}), Code.Unauthenticated, "authentication required"],
      [() => guest.updateMe({ name: "Eve" }), Code.Unauthenticated, "authentication required"],
      [() => world.rpc("nonsense").getMe({}), Code.Unauthenticated, "invalid token"],
    ] as const)
      expect(await refusalOf(call())).toEqual({ code, message });
  });
});
