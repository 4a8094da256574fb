import { Link, useNavigate } from "@tanstack/react-router";
import { type ComponentProps, useCallback } from "react";
import type { Filters } from "./filters.ts";

/** Every page of the console. */
export type ConsolePath =
  | "/console"
  | "/console/dead-letters"
  | "/console/follow"
  | "/console/streams"
  | "/console/sagas"
  | "/console/reviews"
  | "/console/catalog"
  | "/console/audit";

/** Where a link of the console leads: a page, and what its address says besides. */
export interface Place {
  readonly to: ConsolePath;
  readonly search?: Filters;
}

/** A link to another page of the console, or to this one with other filters. */
export function GoTo({
  to,
  search = {},
  ...rest
}: Place & Omit<ComponentProps<"a">, "href" | "ref" | "target">) {
  return (
    <Link
      {...rest}
      to={to as string}
      search={search}
      activeOptions={{ exact: to === "/console", includeSearch: false }}
    />
  );
}

/** Goes to a page of the console without a link. */
export function useGoTo(): (place: Place) => void {
  const navigate = useNavigate();
  return useCallback(
    ({ to, search = {} }) => {
      void navigate({ to: to as string, search });
    },
    [navigate],
  );
}
