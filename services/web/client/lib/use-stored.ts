import { useSyncExternalStore } from "react";
import type { Stored } from "./storage.ts";

/** A stored value, followed as any tab changes it. */
export function useStored<T>({ subscribe, get }: Stored<T>): T {
  return useSyncExternalStore(subscribe, get, get);
}
