import { type Customer, type CustomerWorld, customerActs } from "./customer-acts.ts";
import type { SeededRandom } from "./fault.ts";
import type { Replica } from "./replica.ts";

/** Customers who order, cancel, watch and reserve until they are told to finish. */
export interface Workload extends CustomerWorld {
  /** How many acts were answered. */
  readonly acts: number;
  /** More customers for a while. */
  crowd(customers: number): void;
  /** Begins nothing new; resolves once everything begun was answered, and names what never was. */
  finish(deadlineMs: number): Promise<void>;
  /** Gives up at once. */
  abandon(): void;
}

const CUSTOMERS = 6;
const PAUSE_MAX_MS = 40;

export function startWorkload({
  replicas,
  random,
}: {
  readonly replicas: readonly Replica[];
  readonly random: SeededRandom;
}): Workload {
  const giveUp = new AbortController();
  const world: CustomerWorld = {
    orders: new Map(),
    cancelled: new Set(),
    reservations: new Map(),
    restocked: { acknowledged: 0, attempted: 0 },
    complaints: [],
  };
  const of = (service: string) => replicas.filter((replica) => replica.service === service);
  const services = { orders: of("orders"), inventory: of("inventory") };
  let finishing = false;
  let acts = 0;
  let customers = 0;

  const live = async (number: number): Promise<void> => {
    const own = random.fork(`customer ${number}`);
    const customer: Customer = { number, random: own, services, world, signal: giveUp.signal };
    for (let act = 0; !finishing; act += 1) {
      await customerActs(customer, act);
      acts += 1;
      await Bun.sleep(own.between(5, PAUSE_MAX_MS));
    }
  };
  const lives: Promise<void>[] = [];
  const crowd = (more: number) => {
    for (let added = 0; added < more; added += 1) {
      lives.push(live(customers));
      customers += 1;
    }
  };
  crowd(CUSTOMERS);

  return {
    ...world,
    get acts() {
      return acts;
    },
    crowd,
    async finish(deadlineMs) {
      finishing = true;
      const timer = setTimeout(() => {
        world.complaints.push(`calls were still unanswered ${deadlineMs} ms after all had healed`);
        giveUp.abort();
      }, deadlineMs);
      await Promise.all(lives);
      clearTimeout(timer);
    },
    abandon() {
      finishing = true;
      giveUp.abort();
    },
  };
}
