import { eventually } from "@app/platform/testing/eventually.ts";
import type { Replicas } from "./quickbite.ts";

/** What customers and the menu's keepers do, over HTTP. */
export interface Customer {
  /** One request to a service; `replica` counts from 0. Rejects only when there is no answer. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Places an order, and remembers its id when it was accepted. */
  order(order: object, options?: Omit<CallOptions, "body">): Promise<Answer>;
  /** Places an order that must be accepted at once, and returns its id. */
  accepted(order: object, options?: Omit<CallOptions, "body">): Promise<number>;
  /** The order as soon as it is decided. */
  decided(id: number, options?: { readonly deadlineMs?: number }): Promise<OrderView>;
  stock(sku: string): Promise<Stock>;
  /** Puts a new item on the menu. */
  addItem(sku: string, available: number): Promise<void>;
  /** Every order that was answered with a 2xx, or with a 409 that names it. */
  readonly acceptedIds: ReadonlySet<number>;
}

export interface CallOptions {
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly replica?: number;
  readonly service?: "orders" | "inventory";
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface OrderView {
  readonly id: number;
  readonly status: "PENDING" | "CONFIRMED" | "CANCELLED";
  readonly reason?: string;
  readonly missing?: readonly string[];
  readonly totalCents?: number;
}

/** Strings, as JSON writes 64-bit numbers. */
export interface Stock {
  readonly available: string;
  readonly reserved: string;
  readonly consumed: string;
}

const CALL_DEADLINE_MS = 35_000;
const DECIDED_DEADLINE_MS = 15_000;

export function customerOf(services: {
  readonly orders: Replicas;
  readonly inventory: Replicas;
}): Customer {
  const acceptedIds = new Set<number>();

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { body, headers = {}, replica = 0, service = "orders" } = options;
    const url = (services[service][replica] ?? services[service][0]).url;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: textOf(body) }),
      signal: AbortSignal.timeout(CALL_DEADLINE_MS),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: parsed(await response.text()),
    };
  };

  const order: Customer["order"] = async (body, options) => {
    const answer = await call("POST", "/v1/orders", { ...options, body });
    const { id } = answer.body;
    if (typeof id === "number") acceptedIds.add(id);
    return answer;
  };

  return {
    acceptedIds,
    call,
    order,
    async accepted(body, options) {
      const { status, body: answer } = await order(body, options);
      if (status !== 202) throw new Error(`answered ${status} ${JSON.stringify(answer)}`);
      return Number(answer.id);
    },
    decided: (id, { deadlineMs = DECIDED_DEADLINE_MS } = {}) =>
      eventually(
        async () => {
          const { body } = await call("GET", `/v1/orders/${id}`);
          const decided = body.status === "CONFIRMED" || body.status === "CANCELLED";
          return decided && (body as unknown as OrderView);
        },
        { deadlineMs, everyMs: 20 },
      ),
    async stock(sku) {
      const path = "/inventory.v1.InventoryService/GetStock";
      const { body } = await call("POST", path, { service: "inventory", body: { sku } });
      const { available, reserved, consumed } = body;
      return { available, reserved, consumed } as Stock;
    },
    async addItem(sku, available) {
      const body = { sku, name: sku, priceCents: 100, available };
      const { status } = await call("POST", "/v1/items", { service: "inventory", body });
      if (status !== 201) throw new Error(`the menu took no ${sku}: ${status}`);
    },
  };
}

/** What is no JSON, such as the answer to a health check, stands whole under `text`. */
function parsed(text: string): Record<string, unknown> {
  return text.startsWith("{") ? JSON.parse(text) : { text };
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}
