import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { problemOf } from "../../lib/problem.ts";
import { useStored } from "../../lib/use-stored.ts";
import { basket, piecesIn } from "./basket.ts";
import { BasketPanel } from "./basket-panel.tsx";
import { BasketPeek } from "./basket-peek.tsx";
import { DishList } from "./dish-list.tsx";
import { Hero } from "./hero.tsx";
import { type Item, matches } from "./menu.ts";
import { MenuBar } from "./menu-bar.tsx";
import { MenuSkeleton } from "./menu-skeleton.tsx";
import { useMenu, useStock } from "./use-menu.ts";
import "./menu.css";

/** What can be ordered, and what somebody is about to. */
export function MenuPage() {
  const menu = useMenu();
  const live = useStock(menu.data);
  const [search, setSearch] = useSearchText();
  const [onlyAvailable, setOnlyAvailable] = useState(false);
  const isFilled = piecesIn(useStored(basket)) > 0;
  const items = menu.data ?? [];
  const star = useStar(items);
  // By the menu as it was read: a dish that sells out while somebody looks does not vanish.
  const shown = items.filter(
    (item) =>
      (item.sku !== star?.sku || search !== "") &&
      matches(item, search) &&
      (!onlyAvailable || item.available > 0n),
  );

  // Who came for the basket would see it pushed away by the dishes that come after it.
  const isRead = menu.data !== undefined;
  useEffect(() => {
    if (isRead && location.hash === "#basket") document.getElementById("basket")?.scrollIntoView();
  }, [isRead]);

  return (
    <Page title="Menu">
      <Hero star={star} stock={live.stock} {...{ search, setSearch }} />
      <div className="wrap layout">
        <section aria-labelledby="menu-h">
          <MenuBar
            all={items.length}
            available={items.filter(({ sku }) => (live.stock.get(sku) ?? 0) > 0).length}
            status={live.status}
            lastAt={live.lastAt}
            found={search === "" ? undefined : shown.length}
            {...{ onlyAvailable, setOnlyAvailable }}
          />
          {menu.isError && menu.data === undefined ? (
            <ProblemNotice
              problem={problemOf(menu.error)}
              title="The menu did not come"
              retry={() => void menu.refetch()}
              retrying={menu.isFetching}
            >
              <p>Your basket is kept.</p>
            </ProblemNotice>
          ) : menu.data === undefined ? (
            <MenuSkeleton />
          ) : (
            <DishList items={shown} stock={live.stock} {...{ search, onlyAvailable }} />
          )}
        </section>
        <BasketPanel items={items} stock={live.stock} pricedAt={menu.dataUpdatedAt} />
      </div>
      {isFilled && <BasketPeek items={items} />}
    </Page>
  );
}

/**
 * The dish that stands first: the first one that could be had when the page opened. It stays, also
 * when it sells out, because a page that is being read does not change places.
 */
function useStar(items: readonly Item[]): Item | undefined {
  const [sku, setSku] = useState<string>();
  const found = items.find((item) => item.sku === sku);
  if (found !== undefined) return found;
  const star = items.find(({ available }) => available > 0n) ?? items[0];
  if (star !== undefined && star.sku !== sku) setSku(star.sku);
  return star;
}

/** What is searched for stands in the address, so that it can be sent to somebody. */
function useSearchText(): readonly [string, (text: string) => void] {
  const { q }: { readonly q?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  // The router reads `?q=7` as a number.
  const text = q === undefined || q === null || typeof q === "object" ? "" : String(q);
  const change = (next: string) => {
    const search: Record<string, string> = next === "" ? {} : { q: next };
    void navigate({ to: "/", search, replace: true, resetScroll: false });
  };
  return [text, change];
}
