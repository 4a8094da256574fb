import { Badge } from "../../kit/badge.tsx";
import type { ShownState } from "./states.ts";

export function StateBadge({ state: { name, tone } }: { readonly state: ShownState }) {
  return <Badge tone={tone}>{name}</Badge>;
}
