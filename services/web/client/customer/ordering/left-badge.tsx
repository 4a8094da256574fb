import { Badge } from "../../kit/badge.tsx";
import { count } from "../../lib/format.ts";
import { availabilityOf } from "./menu.ts";

interface LeftBadgeProps {
  readonly left: number;
  readonly inBasket?: number;
  /** Says nothing while there is plenty. */
  readonly quiet?: boolean;
}

/** How much is left, as it is right now, and when all of it is in the basket already. */
export function LeftBadge({ left, inBasket = 0, quiet }: LeftBadgeProps) {
  const { kind } = availabilityOf(left);
  if (kind === "sold-out") return <Badge tone="bad">Sold out</Badge>;
  if (inBasket === left)
    return (
      <Badge tone="warn" icon="bag">
        {left === 1 ? "The last one, in your basket" : `All ${count(left)} in your basket`}
      </Badge>
    );
  if (kind === "few")
    return (
      <Badge tone="warn" dot="still">
        {count(left)} left
      </Badge>
    );
  return quiet ? null : <Badge tone="ok">{count(left)} left</Badge>;
}
