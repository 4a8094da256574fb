import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Fault } from "../fault.ts";
import type { HandlerOrders } from "../programs/faulty-handlers.ts";

const HELD_MAX_MS = 3_500;

/** Handlers of some keys fail for a while: of a few for good, or of many a few times. */
function handlersThat(does: HandlerOrders["does"]): Fault {
  const point = `handler told to ${does}`;
  return {
    name: `handlers ${does}`,
    group: "D",
    points: [point],
    alone: true,
    async inflict(world, random) {
      const forGood = random.chance(50);
      const orders: HandlerOrders = {
        does,
        oneIn: forGood ? random.between(8, 20) : random.between(2, 6),
        times: forGood ? 100 : random.between(1, 4),
      };
      const done = `${world.handlerOrders}.done`;
      const told = () =>
        (existsSync(done) ? readFileSync(done, "utf8") : "").split(`${does} `).length;
      const before = told();
      writeFileSync(world.handlerOrders, JSON.stringify(orders));
      await world.hold(random.between(800, HELD_MAX_MS));
      await rm(world.handlerOrders, { force: true });
      if (told() > before) world.reached(point);
    },
  };
}

export const handlerFaults: readonly Fault[] = [
  handlersThat("throw"),
  handlersThat("hang"),
  handlersThat("exit"),
];
