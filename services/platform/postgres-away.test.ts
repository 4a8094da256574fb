import { expect, test } from "bun:test";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { openPool } from "./postgres.ts";

test("a server that stays away is asked again soon, however often it did not answer", async () => {
  const url = `postgres://nobody@127.0.0.1:${await freePort()}/nothing`;
  const pool = openPool({ url, connectionsMax: 1, name: "away" });

  const waitsMs: number[] = [];
  for (let tries = 0; tries < 8; tries += 1) {
    const before = performance.now();
    await expect(pool.ping()).rejects.toThrow("ECONNREFUSED");
    waitsMs.push(performance.now() - before);
  }

  // The driver's own back-off makes the eighth wait 10 s at least.
  expect(Math.max(...waitsMs)).toBeLessThan(5_000);
  await pool.close(1_000);
});
