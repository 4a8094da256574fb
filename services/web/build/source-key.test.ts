import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sourceKey } from "./source-key.ts";

let repository: string;
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "web-sources-"));
  write("services/web/client/customer/main.tsx", "export const a = 1;");
  write("proto/gen/orders/v1/orders_service_pb.ts", "export const b = 1;");
});
afterEach(() => rmSync(repository, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}

describe("sourceKey", () => {
  test("is the same for the same sources, and fit to name a folder", () => {
    expect(sourceKey(repository)).toBe(sourceKey(repository));
    expect(sourceKey(repository)).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    "services/web/client/customer/main.tsx",
    "services/web/client/styles/app.css",
    "services/web/public/favicon.svg",
    "services/web/build/bundle.ts",
    "proto/gen/orders/v1/orders_service_pb.ts",
    "bun.lock",
  ])("is another one when %s is", (path) => {
    const before = sourceKey(repository);

    write(path, "changed");

    expect(sourceKey(repository)).not.toBe(before);
  });

  test.each(["services/web/client/kit/button.test.tsx", "services/web/main.ts", "README.md"])(
    "does not depend on %s, which no browser is sent",
    (path) => {
      const before = sourceKey(repository);

      write(path, "changed");

      expect(sourceKey(repository)).toBe(before);
    },
  );
});
