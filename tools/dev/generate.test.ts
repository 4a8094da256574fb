import { describe, expect, test } from "bun:test";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { staleFiles } from "./generate.ts";

const generated = join(import.meta.dir, "../../proto/gen");

describe("generated code", () => {
  test("is what the contracts generate", async () => {
    expect(await staleFiles(generated)).toEqual([]);
  });

  test("is called stale where it was changed, removed or added", async () => {
    const copy = await mkdtemp(join(tmpdir(), "generate-test-"));
    try {
      await cp(generated, copy, { recursive: true });
      await Bun.write(join(copy, "orders/v1/order_messages_pb.ts"), "changed");
      await Bun.write(join(copy, "orders/v1/added_pb.ts"), "added");
      await rm(join(copy, "inventory/v1/inventory_pb.ts"));

      expect(await staleFiles(copy)).toEqual([
        "inventory/v1/inventory_pb.ts",
        "orders/v1/added_pb.ts",
        "orders/v1/order_messages_pb.ts",
      ]);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});
