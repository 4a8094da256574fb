import { type WebCalls, webCalls } from "../browser/web-calls.ts";

export interface Demand extends AsyncDisposable {
  /** Answers by status; 0 is none at all. */
  readonly answers: ReadonlyMap<number, number>;
}

const everyMs = 500;
const answerWithinMs = 5_000;

/**
 * Asks for a little of everything again and again until it is disposed of: orders, reads, calls,
 * bookings, and somebody who knows no password. What fails is counted and asked for again later.
 */
export function startDemand(webUrl: string): Demand {
  const calls = webCalls(webUrl);
  const answers = new Map<number, number>();
  const ended = new AbortController();
  const ask = async (one: () => Promise<number>) => {
    const status = await Promise.race([
      one().catch(() => 0),
      Bun.sleep(answerWithinMs).then(() => 0),
    ]);
    answers.set(status, (answers.get(status) ?? 0) + 1);
  };
  const asking = (async () => {
    while (!ended.signal.aborted) {
      for (const one of littleOfEverything(calls)) await ask(one);
      await Bun.sleep(everyMs);
    }
  })();
  return {
    answers,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await asking;
    },
  };
}

function littleOfEverything({ call, tokenOf }: WebCalls): readonly (() => Promise<number>)[] {
  const statusOf = async (answer: ReturnType<typeof call>) => (await answer).status;
  return [
    async () => {
      const token = await tokenOf("customer");
      const order = { userId: "demo", sku: "burger", quantity: 1 };
      return statusOf(call("POST", "/v1/orders", { token, body: order }));
    },
    () => statusOf(call("GET", "/v1/items")),
    async () => {
      const token = await tokenOf("operator");
      const body = { orderId: "1" };
      return statusOf(call("POST", "/orders.v1.OrdersService/GetOrder", { token, body }));
    },
    async () => {
      const token = await tokenOf("customer");
      const { body } = await call("GET", "/events?limit=100");
      const events: readonly { id: string; seatsLeft: number }[] = body.events;
      const free = events.find(({ seatsLeft }) => seatsLeft > 0);
      if (!free) return 0;
      return statusOf(call("POST", `/events/${free.id}/bookings`, { token, body: { seats: 1 } }));
    },
    () => {
      const body = { email: "nobody@example.com", password: "a password that is not theirs" };
      return statusOf(call("POST", "/api/login", { body }));
    },
  ];
}
