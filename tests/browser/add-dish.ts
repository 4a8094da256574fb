import type { WebCalls } from "./web-calls.ts";

/** Puts a dish on the menu, called as its sku is: soup is Soup. */
export async function addDish(
  { call, tokenOf }: WebCalls,
  sku: string,
  { available }: { readonly available: number },
): Promise<void> {
  const name = sku.replace(/^./, (letter) => letter.toUpperCase());
  const { status } = await call("POST", "/v1/items", {
    token: await tokenOf("operator"),
    body: { sku, name, description: "Good.", priceCents: 450, available },
  });
  if (status !== 201) throw new Error(`the menu took no ${sku}: ${status}`);
}
