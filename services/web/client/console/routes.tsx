import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { FailedPage } from "./failed-page.tsx";
import { filtersOf, readFilters, writeFilters } from "./filters.ts";
import { NotFoundPage } from "./not-found.tsx";
import { ConsoleShell } from "./shell.tsx";

const root = createRootRoute({
  component: ConsoleShell,
  validateSearch: filtersOf,
  notFoundComponent: NotFoundPage,
});
const getParentRoute = () => root;

const overview = createRoute({
  getParentRoute,
  path: "/console",
  component: lazyRouteComponent(() => import("./overview/page.tsx"), "OverviewPage"),
});

const deadLetters = createRoute({
  getParentRoute,
  path: "/console/dead-letters",
  component: lazyRouteComponent(() => import("./dead-letters/page.tsx"), "DeadLettersPage"),
});

const follow = createRoute({
  getParentRoute,
  path: "/console/follow",
  component: lazyRouteComponent(() => import("./follow/page.tsx"), "FollowPage"),
});

const streams = createRoute({
  getParentRoute,
  path: "/console/streams",
  component: lazyRouteComponent(() => import("./streams/page.tsx"), "StreamsPage"),
});

const sagas = createRoute({
  getParentRoute,
  path: "/console/sagas",
  component: lazyRouteComponent(() => import("./sagas/page.tsx"), "SagasPage"),
});

const reviews = createRoute({
  getParentRoute,
  path: "/console/reviews",
  component: lazyRouteComponent(() => import("./reviews/page.tsx"), "ReviewsPage"),
});

const catalog = createRoute({
  getParentRoute,
  path: "/console/catalog",
  component: lazyRouteComponent(() => import("./catalog/page.tsx"), "CatalogPage"),
});

const audit = createRoute({
  getParentRoute,
  path: "/console/audit",
  component: lazyRouteComponent(() => import("./audit/page.tsx"), "AuditPage"),
});

/**
 * The pages of the console. Each is fetched when it is first looked at. The router's types are not
 * registered, because the customer app has a router of its own in the same program.
 */
export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    deadLetters,
    follow,
    streams,
    sagas,
    reviews,
    catalog,
    audit,
  ]),
  parseSearch: readFilters,
  stringifySearch: writeFilters,
  defaultPreload: "intent",
  defaultErrorComponent: FailedPage,
  scrollRestoration: true,
});
