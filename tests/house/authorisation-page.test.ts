import { describe, expect, test } from "bun:test";
import { accessRules } from "@app/platform/auth-rules.ts";
import { commonAccess } from "@app/platform/common-access.ts";
import { guardedServices } from "../e2e/auth-services.ts";
import { authorisationPage } from "./authorisation-page.ts";
import { repositoryFiles, textOf } from "./repository.ts";

const tables = Object.entries(guardedServices);

describe("who may call what", () => {
  test("stands in docs/authorisation.md as the services' tables say it", () => {
    expect(textOf("docs/authorisation.md")).toBe(authorisationPage());
  });

  test("is stated of every service that runs, and tried by the matrix", () => {
    // The gateway has no call of its own: who may make one is asked behind it.
    const running = repositoryFiles().flatMap(
      (path) => /^services\/((?!web\/)[^/]+)\/main\.ts$/.exec(path)?.slice(1) ?? [],
    );

    expect(tables.map(([name]) => name).toSorted()).toEqual(running.toSorted());
  });

  test("is stated of every RPC of a service's contract, and of none that is not there", () => {
    for (const [name, { access, rpc }] of tables) {
      const stated = Object.keys(access).filter((call) => !call.includes(" "));
      const offered = rpc.methods.map((method) => `${rpc.typeName}/${method.name}`);
      expect({ name, stated: stated.toSorted() }).toEqual({ name, stated: offered.toSorted() });
    }
  });

  test("gives the operator API to operators, and to viewers what it shows but people's accounts", () => {
    for (const [, { access }] of [...tables, ["", { access: commonAccess }] as const]) {
      for (const [call, rule] of Object.entries(access)) {
        const isShown = call.startsWith("GET ") && !call.startsWith("GET /ops/v1/users");
        const wanted = isShown ? "viewer" : "operator";
        if (call.includes(" /ops/")) expect({ call, rule }).toEqual({ call, rule: wanted });
        expect(["public", ...Object.keys(accessRules)]).toContain(rule);
      }
    }
  });
});
