import type { Page } from "playwright-core";
import type { WebCalls } from "./web-calls.ts";

export interface OrderOfBrowser {
  readonly id: number;
  readonly userId: string;
  readonly status: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/** The order whose page is open, as the API has it. */
export async function orderOn(page: Page, { call }: WebCalls): Promise<OrderOfBrowser> {
  const [, id] = /^\/orders\/(\d+)$/.exec(new URL(page.url()).pathname) ?? [];
  if (!id) throw new Error(`no order's page: ${page.url()}`);
  const { body } = await call("GET", `/v1/orders/${id}`);
  return body;
}

/** Everything that whoever made the open order has ordered. */
export async function ordersBeside(
  page: Page,
  calls: WebCalls,
): Promise<readonly OrderOfBrowser[]> {
  const { userId } = await orderOn(page, calls);
  const { body } = await calls.call("GET", `/v1/orders?userId=${userId}&limit=100`);
  return body.orders;
}
