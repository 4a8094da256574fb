import { describe, expect, test } from "bun:test";
import { ruleFor, wrongImports } from "./import-check.ts";
import { importsOf, targetOf } from "./imports.ts";
import { isFile, sourceFiles, textOf } from "./repository.ts";
import { parse } from "./syntax.ts";
import { workspaceFolders } from "./workspaces.ts";

const workspaces = workspaceFolders();

/** Every file is parsed, on a machine that runs other tests beside this one. */
const wholeTreeLimitMs = 60_000;

describe("imports of the repository", () => {
  test(
    "point the way the rules allow",
    () => {
      const wrong = sourceFiles().flatMap((path) => wrongImports(path, textOf(path), workspaces));

      expect(wrong).toEqual([]);
    },
    wholeTreeLimitMs,
  );

  test(
    "lead to files that exist",
    () => {
      const missing = sourceFiles().flatMap((path) =>
        importsOf(parse(path, textOf(path))).flatMap(({ line, form, specifier }) => {
          if (specifier === undefined || form === "resolve") return [];
          const target = targetOf(path, specifier, workspaces);
          return target.kind === "file" && !isFile(target.path) ? [`${path}:${line}`] : [];
        }),
      );

      expect(missing).toEqual([]);
    },
    wholeTreeLimitMs,
  );
});

describe("wrongImports", () => {
  const order = "services/orders/domain/order.ts";

  test.each([
    ["static", `import { a } from "../store/a.ts";`],
    ["type-only", `import type { A } from "../store/a.ts";`],
    ["type-only by name", `import { type A } from "../store/a.ts";`],
    ["for effect", `import "../store/a.ts";`],
    ["export from", `export { a } from "../store/a.ts";`],
    ["export all", `export * from "../store/a.ts";`],
    ["export type", `export type { A } from "../store/a.ts";`],
    ["dynamic", `export const a = await import("../store/a.ts");`],
    ["dynamic in a template", "export const a = await import(`../store/a.ts`);"],
    ["dynamic, computed", `export const a = (name: string) => import(name);`],
    ["type of a dynamic", `export type A = import("../store/a.ts").A;`],
    ["type of a whole module", `export type A = typeof import("../store/a.ts");`],
    ["require", `export const a = require("../store/a.ts");`],
    ["import require", `import a = require("../store/a.ts");`],
    ["require.resolve", `export const a = require.resolve("../store/a.ts");`],
    ["import.meta.resolve", `export const a = import.meta.resolve("../store/a.ts");`],
    ["import.meta.resolveSync", `export const a = import.meta.resolveSync("../store/a.ts");`],
    ["workspace", `import type { A } from "@app/orders/store/a.ts";`],
    ["package", `import { sql } from "drizzle-orm";`],
    ["part of a package", `import { pgTable } from "drizzle-orm/pg-core";`],
    ["runtime", `import { randomUUID } from "node:crypto";`],
    ["in a nested function", `export function f() { return () => import("../store/a.ts"); }`],
  ])("catches an import that is %s", (_, text) => {
    expect(wrongImports(order, text, workspaces)).toHaveLength(1);
  });

  test.each([
    ["domain of a clock", order, "@app/platform/clock.ts"],
    ["domain of a contract", order, "@app/contracts/gen/orders/v1/order_messages_pb.ts"],
    ["store of an edge", "services/orders/store/a.ts", "../http/a.ts"],
    ["store of a contract", "services/orders/store/a.ts", "@app/contracts/messages.ts"],
    ["http of rpc", "services/orders/http/a.ts", "../rpc/a.ts"],
    ["http of SQL", "services/orders/http/a.ts", "drizzle-orm"],
    ["http of a contract", "services/orders/http/a.ts", "@app/contracts/messages.ts"],
    ["rpc of a consumer", "services/orders/rpc/a.ts", "../consumers/on-a.ts"],
    ["rpc of http", "services/orders/rpc/a.ts", "../http/a.ts"],
    ["consumer of a store's values", "services/orders/consumers/on-a.ts", "../store/a.ts"],
    ["consumer of the broker's client", "services/orders/consumers/on-a.ts", "@nats-io/jetstream"],
    ["config of a store", "services/orders/config.ts", "./store/a.ts"],
    ["main of the driver", "services/orders/main.ts", "postgres"],
    ["one service of another", "services/orders/rpc/a.ts", "@app/inventory/domain/stock.ts"],
    ["one service of another, by path", "services/orders/main.ts", "../inventory/config.ts"],
    ["a test of another service", "services/orders/store/a.test.ts", "@app/inventory/config.ts"],
    ["code of its test", "services/orders/store/a.ts", "./a.test.ts"],
    ["code of test support", "services/orders/store/a.ts", "@app/platform/testing/database.ts"],
    ["platform of a service", "services/platform/http.ts", "@app/orders/config.ts"],
    [
      "platform of a service's contract",
      "services/platform/rpc.ts",
      "@app/contracts/gen/orders/v1/orders_service_pb.ts",
    ],
    ["a service of a tool", "services/orders/main.ts", "@app/dev/generate.ts"],
    ["qb of a service", "tools/qb/main.ts", "@app/orders/store/tables.ts"],
    ["a page of the server", "services/web/client/lib/a.ts", "@app/platform/problem.ts"],
    ["a page of the gateway", "services/web/client/kit/a.tsx", "../../gateway/routes.ts"],
    ["a page of the runtime", "services/web/client/kit/a.tsx", "node:fs"],
    ["the gateway of a page", "services/web/gateway/a.ts", "../client/lib/a.ts"],
    ["the gateway of a service", "services/web/gateway/a.ts", "@app/orders/access.ts"],
    ["no extension", "services/orders/store/a.ts", "./b"],
    ["a folder", "services/orders/store/a.ts", "@app/platform"],
  ])("catches %s", (_, from, specifier) => {
    expect(wrongImports(from, `import { a } from "${specifier}";`, workspaces)).toHaveLength(1);
  });

  test("catches another service's type", () => {
    const text = `import type { Stock } from "@app/inventory/domain/stock.ts";`;

    expect(wrongImports("services/orders/rpc/a.ts", text, workspaces)).toHaveLength(1);
  });

  test.each([
    ["services/orders/domain/order.ts", `import { Refusal } from "@app/platform/errors.ts";`],
    ["services/orders/store/messages.ts", `import { a } from "@app/contracts/messages.ts";`],
    ["services/orders/store/orders.ts", `import { eq } from "drizzle-orm";`],
    ["services/orders/consumers/on-a.ts", `import type { A } from "../store/a.ts";`],
    ["services/orders/consumers/on-a.ts", `import { type A, type B } from "../store/a.ts";`],
    ["services/orders/store/a.test.ts", `import { a } from "@app/platform/testing/database.ts";`],
    [
      "services/web/client/console/a.tsx",
      `import type { A } from "@app/platform/messaging/ops-views.ts"; import "./a.css";`,
    ],
    ["services/web/client/kit/a.tsx", `import { create } from "@bufbuild/protobuf";`],
    ["tests/e2e/a.test.ts", `import { a } from "@app/orders/config.ts";`],
  ])("lets %s have what it needs", (path, text) => {
    expect(wrongImports(path, text, workspaces)).toEqual([]);
  });

  test("is not misled by text and comments", () => {
    const text = `// import "../store/a.ts"\nexport const a = 'import("../store/a.ts")';`;

    expect(wrongImports(order, text, workspaces)).toEqual([]);
  });

  test("refuses a file that no rule knows", () => {
    expect(wrongImports("services/orders/misc.ts", "", workspaces)).toHaveLength(1);
    expect(ruleFor("lib/a.ts")).toBeUndefined();
  });
});
