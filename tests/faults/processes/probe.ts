import { z } from "zod";
import type { Wish } from "./customers.ts";

/** How one request went. */
export interface Sample {
  readonly wish: string;
  /** When it should have been sent, in milliseconds of `performance.now()`. */
  readonly at: number;
  /** Undefined when it was answered as it should be. */
  readonly failure?: string;
}

/** What was accepted, and has to be there for ever. */
export interface Accepted {
  readonly orders: readonly number[];
  readonly bookings: readonly string[];
}

export interface Probe {
  readonly samples: readonly Sample[];
  readonly accepted: Accepted;
  /** Sends no more, and resolves once all that was sent is answered or given up. */
  stop(): Promise<void>;
}

export const PROBE_EVERY_MS = 100;

const Placed = z.object({ id: z.union([z.number(), z.string()]) });

/**
 * Ten times a second one request for each wish, at the moment that was meant for it, however long the
 * ones before take. None is repeated: a request that fails has failed, and so has one that took longer
 * than people are patient.
 */
export function startProbe({
  url,
  wishes,
  patienceMs,
}: {
  readonly url: string;
  readonly wishes: readonly Wish[];
  readonly patienceMs: number;
}): Probe {
  const samples: Sample[] = [];
  const orders: number[] = [];
  const bookings: string[] = [];
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();

  const ask = async (wish: Wish, at: number) => {
    const failure = await askOnce(wish, {
      url,
      patienceMs,
      onPlaced(id) {
        if (wish.name === "order") orders.push(Number(id));
        if (wish.name === "booking") bookings.push(String(id));
      },
    });
    samples.push({ wish: wish.name, at, ...(failure !== undefined && { failure }) });
  };
  const begin = (wish: Wish, at: number) => {
    const asking = ask(wish, at).finally(() => underWay.delete(asking));
    underWay.add(asking);
  };
  const running = (async () => {
    const startedAt = performance.now();
    for (let round = 0; !stopping.signal.aborted; round += 1) {
      const at = startedAt + round * PROBE_EVERY_MS;
      await Bun.sleep(Math.max(0, at - performance.now()));
      for (const wish of wishes) begin(wish, at);
    }
  })();

  return {
    samples,
    accepted: { orders, bookings },
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(underWay);
    },
  };
}

/** Why it failed, or undefined. */
async function askOnce(
  { method, path, body, headers, status }: Wish,
  {
    url,
    patienceMs,
    onPlaced,
  }: {
    readonly url: string;
    readonly patienceMs: number;
    readonly onPlaced: (id: number | string) => void;
  },
): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body && { "content-type": "application/json" }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const answer = await response.text();
    if (response.status !== status) return `${response.status} ${codeIn(answer)}`;
    if (method === "POST") onPlaced(Placed.parse(JSON.parse(answer)).id);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The problem's own code, without what is different each time. */
function codeIn(answer: string): string {
  return /"code":"(\w+)"/.exec(answer)?.[1] ?? answer.slice(0, 100);
}

/** From the first request that failed to where none fails any more; 0 when none failed. */
export function failedForMs(samples: readonly Sample[]): number {
  const failed = samples.filter(({ failure }) => failure !== undefined).map(({ at }) => at);
  return failed.length === 0 ? 0 : Math.max(...failed) - Math.min(...failed) + PROBE_EVERY_MS;
}
