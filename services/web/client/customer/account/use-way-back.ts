import { useRouter, useSearch } from "@tanstack/react-router";
import { isConsole } from "../path-link.tsx";
import { wayBack } from "./way-back.ts";

export interface WayBack {
  /** A path of this site. */
  readonly back: string;
  readonly leave: () => void;
}

/** Where a page for signing in leads to. */
export function useWayBack(): WayBack {
  const { history } = useRouter();
  const query: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const back = wayBack(query, "/");
  const leave = () => {
    if (isConsole(back)) location.assign(back);
    else history.replace(back);
  };
  return { back, leave };
}
