import { expect, setDefaultTimeout, test } from "bun:test";
import { clusterCases } from "./cases.ts";
import { openClusterWorld } from "./cluster-world.ts";
import { runTrial } from "./trial.ts";

setDefaultTimeout(240_000);

/** The short form of `experiment.ts`, which measures every case ten times. */
test("the leader of a cluster is killed under load, and every accepted order is decided", async () => {
  await using world = await openClusterWorld();
  const killed = clusterCases.find(({ name }) => name === "leader killed");

  const trial = killed && (await runTrial(world, killed));

  expect(trial?.broken).toEqual([]);
  expect(trial?.orders).toBeGreaterThan(10);
});
