/**
 * The headers of the order of that number: a key of its own, and one of many addresses behind the
 * proxy that the bench is, because each address may send a thousand requests a second.
 */
export function orderHeaders(run: string, number: number): readonly string[] {
  return [`idempotency-key: ${run}-${number}`, `x-forwarded-for: 198.51.100.${number % ADDRESSES}`];
}

const ADDRESSES = 250;
