import { describe, expect, test } from "bun:test";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import type { ConnectRouter } from "@connectrpc/connect";
import { Elysia } from "elysia";
import { requireRules } from "./auth-offered.ts";
import type { AccessTable } from "./auth-rules.ts";
import { httpApp } from "./elysia-app.ts";
import { scriptedAccess, scriptedInventory } from "./testing/scripted-inventory.ts";

const rpc = (router: ConnectRouter) =>
  void router.service(InventoryService, scriptedInventory({ started: [], aborted: [] }));
const things = () =>
  new Elysia({ prefix: "/v1/things" }).get("/", () => "all").delete("/:id", () => "gone");
const stated: AccessTable = {
  ...scriptedAccess,
  "GET /v1/things": "public",
  "DELETE /v1/things/:id": "operator",
};

/** What keeps a service with these rules from starting. */
function outcome(access: AccessTable): string | undefined {
  try {
    requireRules({ access, app: httpApp(access).use(things()), rpc });
    return undefined;
  } catch (error) {
    return String(error);
  }
}

describe("a service", () => {
  test("starts when a rule is stated of every call", () => {
    expect(outcome(stated)).toBeUndefined();
  });

  test.each(Object.keys(stated))("does not start without a rule of %s", (call) => {
    const { [call]: _, ...others } = stated;

    expect(outcome(others)).toBe(`Error: nobody stated who may call ${call}`);
  });
});
