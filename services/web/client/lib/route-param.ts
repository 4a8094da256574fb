import { useParams } from "@tanstack/react-router";

/**
 * A part of the page's address, such as `id` of `/orders/$id`. The pages do not know the route tree,
 * because it holds them, so the router cannot say which names there are.
 */
export function useRouteParam(name: string): string {
  const params: Readonly<Record<string, unknown>> = useParams({ strict: false });
  const value = params[name];
  if (typeof value !== "string") throw new Error(`the address of this page has no ${name}`);
  return value;
}
