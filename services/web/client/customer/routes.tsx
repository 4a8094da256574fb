import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { FailedPage } from "./failed-page.tsx";
import { NotFoundPage } from "./not-found-page.tsx";
import { CustomerShell } from "./shell.tsx";

const root = createRootRoute({ component: CustomerShell, notFoundComponent: NotFoundPage });

/** A page of its own script, fetched when a link to it is pointed at or followed. */
const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

const ordering = [
  page(
    "/",
    lazyRouteComponent(() => import("./ordering/menu-page.tsx"), "MenuPage"),
  ),
  page(
    "/dishes/$sku",
    lazyRouteComponent(() => import("./ordering/dish-page.tsx"), "DishPage"),
  ),
  page(
    "/orders",
    lazyRouteComponent(() => import("./ordering/orders-page.tsx"), "OrdersPage"),
  ),
  page(
    "/orders/$id",
    lazyRouteComponent(() => import("./ordering/order-page.tsx"), "OrderPage"),
  ),
];

const tickets = [
  page(
    "/events",
    lazyRouteComponent(() => import("./tickets/events-page.tsx"), "EventsPage"),
  ),
  page(
    "/events/$id/book",
    lazyRouteComponent(() => import("./tickets/book-page.tsx"), "BookPage"),
  ),
  page(
    "/bookings",
    lazyRouteComponent(() => import("./tickets/bookings-page.tsx"), "BookingsPage"),
  ),
  page(
    "/bookings/$id",
    lazyRouteComponent(() => import("./tickets/booking-page.tsx"), "BookingPage"),
  ),
  page(
    "/check-in",
    lazyRouteComponent(() => import("./tickets/check-in-page.tsx"), "CheckInPage"),
  ),
];

const account = [
  page(
    "/account",
    lazyRouteComponent(() => import("./account/account-page.tsx"), "AccountPage"),
  ),
  page(
    "/sign-in",
    lazyRouteComponent(() => import("./account/sign-in-page.tsx"), "SignInPage"),
  ),
  page(
    "/sign-up",
    lazyRouteComponent(() => import("./account/sign-up-page.tsx"), "SignUpPage"),
  ),
];

/**
 * The pages of the customer app. The router's types are not registered, because the console has a
 * router of its own in the same program: links are held against this table by the browser tests.
 */
export const router = createRouter({
  routeTree: root.addChildren([...ordering, ...tickets, ...account]),
  defaultPreload: "intent",
  defaultErrorComponent: FailedPage,
  scrollRestoration: true,
});
