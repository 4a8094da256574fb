import { useEffect, useState } from "react";
import { Icon } from "../../kit/icon.tsx";
import { money, plural } from "../../lib/format.ts";
import { useStored } from "../../lib/use-stored.ts";
import { basket, piecesIn } from "./basket.ts";
import { totalOf } from "./basket-total.ts";
import type { Item } from "./menu.ts";

/** The way to the basket while that stands below what the window shows. */
export function BasketPeek({ items }: { readonly items: readonly Item[] }) {
  const content = useStored(basket);
  const isThere = useIsInWindow("basket");
  if (isThere) return null;
  return (
    <a className="peek btn btn--primary btn--lg" href="#basket">
      <Icon name="bag" />
      {plural(piecesIn(content), { one: "dish", other: "dishes" })}
      {items.length > 0 && <span className="push num">{money(totalOf(content, items))}</span>}
    </a>
  );
}

/** Whether any of the element with this id can be seen. */
function useIsInWindow(id: string): boolean {
  const [isInWindow, setIsInWindow] = useState(false);
  useEffect(() => {
    const element = document.getElementById(id);
    if (element === null) return;
    const observer = new IntersectionObserver((seen) =>
      setIsInWindow(seen.some(({ isIntersecting }) => isIntersecting)),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [id]);
  return isInWindow;
}
