import type { QuickBite } from "./quickbite.ts";

export interface LoadOptions {
  /** The order of that number. */
  readonly order: (number: number) => object;
  /** How many customers order at once, each one order after the other. */
  readonly customers: number;
  /** Ends the load after as many orders; else it ends with `stop`. */
  readonly orders?: number;
  /** Beside the Idempotency-Key. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Load {
  /** How many orders were answered so far. */
  readonly answered: number;
  /** How many orders, each counted once, whose customer was turned away or cut off at least once. */
  readonly repeated: number;
  /** No new order is begun; resolves once the last begun one is answered, and rejects if one never was. */
  stop(): Promise<void>;
  /** The same, without stopping it: for a load of a fixed number of orders. */
  readonly done: Promise<void>;
}

const ANSWERED_DEADLINE_MS = 30_000;
const PAUSE_MS = 10;

/**
 * Customers who order until they are stopped. Whoever is cut off or told to come back (503) asks
 * again under the same Idempotency-Key, as the contract advises, so each number is one order.
 */
export function startLoad(world: QuickBite, options: LoadOptions): Load {
  const { customers, orders = Number.POSITIVE_INFINITY, headers } = options;
  let next = 0;
  let answered = 0;
  let repeated = 0;
  let stopped = false;

  // Two loads of one world are not each other's repetitions.
  const load = crypto.randomUUID();

  const place = async (number: number): Promise<void> => {
    const giveUpAt = performance.now() + ANSWERED_DEADLINE_MS;
    const order = options.order(number);
    const keyed = { ...headers, "idempotency-key": `${load}/${number}` };
    for (let tries = 0; performance.now() < giveUpAt; tries += 1) {
      const replica = (number + tries) % world.orders.length;
      const status = await world.order(order, { headers: keyed, replica }).then(
        ({ status }) => status,
        () => 503,
      );
      if (tries === 1) repeated += 1;
      if (status === 503) {
        await Bun.sleep(PAUSE_MS);
        continue;
      }
      if (status >= 400 && status !== 409) throw new Error(`order ${number} got ${status}`);
      answered += 1;
      return;
    }
    throw new Error(`order ${number} was not answered within ${ANSWERED_DEADLINE_MS} ms`);
  };
  const customer = async (): Promise<void> => {
    while (!stopped && next < orders) {
      const number = next;
      next += 1;
      await place(number);
    }
  };

  const done = Promise.all(Array.from({ length: customers }, customer)).then(() => undefined);
  // Whoever stops the load hears of it.
  done.catch(() => undefined);
  return {
    get answered() {
      return answered;
    },
    get repeated() {
      return repeated;
    },
    stop: () => {
      stopped = true;
      return done;
    },
    done,
  };
}
