import { Dish } from "../../kit/drawings/dish.tsx";
import { Icon } from "../../kit/icon.tsx";
import { money } from "../../lib/format.ts";
import { AddToBasket } from "./add-to-basket.tsx";
import { LeftBadge } from "./left-badge.tsx";
import type { Item, Stock } from "./menu.ts";

interface HeroProps {
  readonly star: Item | undefined;
  readonly stock: Stock;
  readonly search: string;
  readonly setSearch: (text: string) => void;
}

/** What this place is, the way to any dish, and one dish to begin with. */
export function Hero({ star, stock, search, setSearch }: HeroProps) {
  return (
    <section className="hero gingham">
      <div className="wrap hero__in">
        <div className="hero__t card">
          <h1 className="display hero-type">
            Dinner, <br />
            while it’s hot.
          </h1>
          <p className="lead">Every number on this page is what the kitchen has left right now.</p>
          <search className="search">
            <label className="vh" htmlFor="menu-search">
              Search dishes
            </label>
            <Icon name="search" />
            <input
              className="input"
              id="menu-search"
              type="search"
              placeholder="Search, like “noodles”"
              maxLength={100}
              value={search}
              onChange={({ target }) => setSearch(target.value)}
              onKeyDown={({ key }) => {
                if (key === "Enter") document.getElementById("menu-h")?.scrollIntoView();
              }}
            />
          </search>
        </div>
        <Star item={star} stock={stock} />
      </div>
    </section>
  );
}

function Star({ item, stock }: { readonly item: Item | undefined; readonly stock: Stock }) {
  if (item === undefined) return <div className="star star--empty" aria-hidden="true" />;
  const { sku, name, description, priceCents, photoUrl } = item;
  const left = stock.get(sku) ?? 0;
  return (
    <article className="star" aria-label={name}>
      <Dish
        className="star__art"
        tile="mustard"
        photoUrl={photoUrl === "" ? undefined : photoUrl}
        off={left === 0}
        {...{ sku, name }}
      />
      <div className="star__b">
        <LeftBadge left={left} />
        <h2 className="display h2">{name}</h2>
        <p className="sm muted">{description}</p>
        <div className="row">
          <span className="price price--lg num">{money(priceCents)}</span>
          <span className="push">
            <AddToBasket item={item} left={left} prominent />
          </span>
        </div>
      </div>
    </article>
  );
}
