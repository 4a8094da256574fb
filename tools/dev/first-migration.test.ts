import { expect, test } from "bun:test";
import { partitioned } from "./first-migration.ts";

test("a first migration has its sent messages in partitions", () => {
  const made = partitioned(`CREATE TABLE "a" (\n\t"b" int\n);
--> statement-breakpoint
CREATE TABLE "outbox_sent" (\n\t"slot" smallint NOT NULL\n);
--> statement-breakpoint
CREATE TABLE "c" (\n\t"d" int\n);\n`);

  expect(made).toContain(`"slot" smallint NOT NULL\n) PARTITION BY LIST ("slot");\n-->`);
  expect(made.match(/PARTITION BY/g)).toHaveLength(1);
  expect(made).toEndWith(`CREATE TABLE "c" (\n\t"d" int\n);\n`);
  expect(() => partitioned("select 1;")).toThrow("no table outbox_sent");
});
