import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { buttonClass } from "../../kit/button.tsx";
import { Dish } from "../../kit/drawings/dish.tsx";
import { plates } from "../../kit/drawings/plate.tsx";
import { Empty } from "../../kit/empty.tsx";
import { keepFocus, Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { money } from "../../lib/format.ts";
import { problemOf } from "../../lib/problem.ts";
import { useRouteParam } from "../../lib/route-param.ts";
import { itemSubject } from "../reviews/calls.ts";
import { Reviews } from "../reviews/reviews.tsx";
import { Stars } from "../reviews/stars.tsx";
import { AddToBasket } from "./add-to-basket.tsx";
import { LeftBadge } from "./left-badge.tsx";
import type { Item } from "./menu.ts";
import { useMenu } from "./use-menu.ts";
import "./dish-page.css";

/** One dish: what it is, what is left of it, and what customers say. */
export function DishPage() {
  const sku = useRouteParam("sku");
  const menu = useMenu();
  const item = menu.data?.find((one) => one.sku === sku);
  return (
    <Page title={item?.name ?? "Dish"}>
      <div className="wrap page">
        <nav className="crumbs sm" aria-label="Breadcrumb">
          <Link to="/">Menu</Link>
          <span aria-hidden="true">/</span>
          <span>{item?.name ?? sku}</span>
        </nav>
        {item !== undefined ? (
          <Known key={sku} item={item} />
        ) : menu.data !== undefined ? (
          <Unknown />
        ) : menu.error !== null ? (
          <ProblemNotice
            problem={problemOf(menu.error)}
            title="The menu did not come"
            retry={() => void menu.refetch()}
            retrying={menu.isFetching}
          />
        ) : (
          <Skeleton label="Loading the dish">
            <Bone height="12rem" />
            <Bone width="50%" height="2rem" />
          </Skeleton>
        )}
      </div>
    </Page>
  );
}

function Known({ item }: { readonly item: Item }) {
  const { sku, name, description, priceCents, photoUrl, available, rating, reviews } = item;
  const left = Number(available);
  useEffect(keepFocus, []);
  return (
    <>
      <section className="card dishpage" aria-label="The dish">
        <Dish photoUrl={photoUrl === "" ? undefined : photoUrl} off={left <= 0} {...{ sku, name }}>
          <LeftBadge left={left} inBasket={0} quiet />
        </Dish>
        <div className="stack pad">
          <h1 className="display h1">{name}</h1>
          {reviews > 0n && <Stars rating={rating} reviews={Number(reviews)} />}
          {description !== "" && <p className="lead">{description}</p>}
          <p className="dishpage__f">
            <span className="price num">{money(priceCents)}</span>
            <AddToBasket item={item} left={left} />
          </p>
        </div>
      </section>
      <Reviews subject={itemSubject(sku)} />
    </>
  );
}

function Unknown() {
  return (
    <Empty
      level={1}
      drawing={plates["empty-plate"]}
      title="There is no such dish"
      action={
        <Link className={buttonClass({ kind: "primary" })} to="/">
          See the menu
        </Link>
      }
    >
      It may have been taken off the menu, or the address is mistyped.
    </Empty>
  );
}
