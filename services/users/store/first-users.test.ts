import { describe, expect, test } from "bun:test";
import { demoPeople } from "@app/platform/demo-people.ts";
import { ada, usersWorld } from "../testing/world.ts";
import { demoUsers, firstOperator, requireUsers } from "./first-users.ts";

describe("requireUsers", () => {
  test("makes who is missing, once, however many start at once", async () => {
    await using world = await usersWorld();

    await Promise.all([1, 2, 3].map(() => requireUsers(world.settings, demoUsers)));
    await requireUsers(world.settings, demoUsers);

    expect(await world.query("select id, email, roles from users order by id")).toEqual([
      { ...demoPeople.customer, roles: ["customer"] },
      { ...demoPeople.organiser, roles: ["customer", "organiser"] },
      { ...demoPeople.operator, roles: ["customer", "operator"] },
      { ...demoPeople.viewer, roles: ["customer", "viewer"] },
    ]);
    expect(await world.query("select 1 from outbox")).toHaveLength(4);
  });

  test("gives no role to whoever registered the address before", async () => {
    await using world = await usersWorld();
    await world.ada();
    const operator = firstOperator({ email: "ADA@example.com", password: "the operator's" });

    await requireUsers(world.settings, [operator]);

    expect(await world.query("select roles from users")).toEqual([{ roles: ["customer"] }]);
    expect(
      await world.call("POST", "/api/login", {
        body: { email: ada.email, password: operator.password },
      }),
    ).toMatchObject({ status: 401 });
    expect(world.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { lacking: ["operator"] },
    ]);
  });
});
