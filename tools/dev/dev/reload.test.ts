import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type Edits, editsOf, watchSources } from "./reload.ts";

describe("editsOf", () => {
  test("restarts the service whose code changed", () => {
    expect(editsOf(["services/orders/http/order-routes.ts"])?.restart).toEqual(new Set(["orders"]));
  });

  test("restarts the web for whatever a page is made of, which builds it anew", () => {
    for (const path of ["client/kit/button.tsx", "client/styles/app.css", "public/favicon.svg"]) {
      expect(editsOf([`services/web/${path}`])?.restart).toEqual(new Set(["web"]));
    }
  });

  test("restarts all for the code that they share, generated code included", () => {
    expect(editsOf(["services/platform/http.ts"])?.restart).toBe("all");
    expect(editsOf(["proto/gen/orders/v1/order_messages_pb.ts"])?.restart).toBe("all");
    expect(editsOf(["proto/topology.ts"])?.restart).toBe("all");
  });

  test("generates for a contract, and leaves the restarts to what that writes", () => {
    const edits = editsOf(["proto/orders/v1/order_messages.proto"]);

    expect(edits).toEqual({ generate: true, restart: new Set(), migrate: new Set() });
  });

  test("migrates a database before its service starts anew", () => {
    const edits = editsOf(["drizzle/orders/0001_more.sql", "drizzle/orders/meta/_journal.json"]);

    expect(edits?.migrate).toEqual(new Set(["orders"]));
    expect(edits?.restart).toEqual(new Set(["orders"]));
  });

  test.each([
    "services/orders/http/order-routes.test.ts",
    "services/orders/testing/world.ts",
    "services/orders/node_modules/zod/index.ts",
    "services/orders/http/.order-routes.ts.swp",
    "services/orders/notes.md",
    "services/web/dist/0123456789abcdef/built.json",
    "services/web/client/kit/button.test.tsx",
  ])("nobody runs %s", (path) => {
    expect(editsOf([path])).toBeUndefined();
  });
});

describe("watchSources", () => {
  let repository: string;
  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), "quickbite-"));
    for (const folder of ["services/orders", "proto", "drizzle"]) {
      mkdirSync(join(repository, folder), { recursive: true });
    }
  });
  afterEach(() => rmSync(repository, { recursive: true }));

  test("tells a burst of changes once, new folders included", async () => {
    const told: Edits[] = [];
    using _watch = watchSources(repository, (edits) => told.push(edits));

    mkdirSync(join(repository, "services/orders/http"));
    for (let edit = 0; edit < 5; edit++) {
      writeFileSync(join(repository, "services/orders/main.ts"), `// ${edit}`);
      writeFileSync(join(repository, "services/orders/http/routes.ts"), `// ${edit}`);
    }

    await eventually(() => expect(told).toHaveLength(1));
    expect(told[0]?.restart).toEqual(new Set(["orders"]));
  });
});
