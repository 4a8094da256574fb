import { atEndOfTests } from "@app/dev/end-of-tests.ts";
import { openWebWorld, type WebWorld } from "./web-world.ts";

let opened: Promise<WebWorld> | undefined;

/**
 * The world that the files of this process use one after another, because seven processes take longer
 * to start than most files to run. Whoever uses it brings dishes, events and accounts of its own, and
 * starts again what it stops.
 */
export function sharedWorld(): Promise<WebWorld> {
  opened ??= open();
  return opened;
}

async function open(): Promise<WebWorld> {
  // The demo's calls are there, by which a test makes an order that nobody can read.
  const world = await openWebWorld({ settings: { orders: { DEMO: "on" } } });
  atEndOfTests(() => world[Symbol.asyncDispose]());
  return world;
}
