import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useLayoutEffect } from "react";
import { Announcer } from "../kit/announcer.tsx";
import { MyEventsMark, QuickBiteMark } from "../kit/brand-marks.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import type { Brand } from "../kit/page.tsx";
import { ThemeSwitch } from "../kit/theme-switch.tsx";
import { Toasts } from "../kit/toast.tsx";
import { useOnline } from "../lib/online.ts";
import { type Session, useSession } from "../lib/session.tsx";
import { signInFrom } from "./account/way-back.ts";
import { BasketLink } from "./ordering/basket-link.tsx";
import { PathLink } from "./path-link.tsx";

/** What stands around every page: doors, navigation, who reads, and what is said in passing. */
export function CustomerShell() {
  const { pathname, href } = useLocation();
  const session = useSession();
  const brand = brandOf(pathname);
  useLayoutEffect(() => {
    document.documentElement.dataset.brand = brand;
  }, [brand]);

  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="topbar">
        <div className="wrap topbar__in">
          <Doors brand={brand} />
          <nav className="topnav" aria-label="Main">
            {(brand === "quickbite" ? orderingPages : ticketPages(session)).map((page) => (
              <NavLink key={page.to} {...page} icon={undefined} pathname={pathname} />
            ))}
          </nav>
          <div className="topbar__end">
            {brand === "quickbite" && <BasketLink />}
            <ThemeSwitch />
            <Who session={session} pathname={pathname} href={href} />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <nav className="tabbar" aria-label="Sections">
        {tabs.map((tab) => (
          <NavLink key={tab.to} {...tab} pathname={pathname} />
        ))}
      </nav>
      <Offline />
      <Toasts />
      <Announcer />
    </>
  );
}

interface NavPage {
  readonly to: string;
  readonly label: string;
  readonly icon?: IconName | undefined;
  /** Which addresses belong to it. */
  readonly within: RegExp;
}

const menu: NavPage = { to: "/", label: "Menu", icon: "fork", within: /^\/(?:dishes\/.*)?$/ };
const orders: NavPage = { to: "/orders", label: "Orders", icon: "list", within: /^\/orders/ };
const events: NavPage = { to: "/events", label: "Events", icon: "cal", within: /^\/events/ };
const bookings: NavPage = {
  to: "/bookings",
  label: "Bookings",
  icon: "ticket",
  within: /^\/bookings/,
};
const account: NavPage = {
  to: "/account",
  label: "Account",
  icon: "user",
  within: /^\/(?:account|sign-in|sign-up)/,
};
const checkIn: NavPage = { to: "/check-in", label: "Check-in", within: /^\/check-in/ };

const orderingPages = [menu, orders];
const tabs = [menu, orders, events, bookings, account];

/** Tickets are checked by staff. */
const ticketPages = ({ user }: Session) =>
  user?.roles.includes("operator") ? [events, bookings, checkIn] : [events, bookings];

function brandOf(pathname: string): Brand {
  return /^\/(?:events|bookings|check-in)(?:\/|$)/.test(pathname) ? "myevents" : "quickbite";
}

function Doors({ brand }: { readonly brand: Brand }) {
  return (
    <nav className="doors" aria-label="Products">
      <Link
        className="door door--qb"
        to="/"
        activeOptions={exactly}
        aria-current={brand === "quickbite" || undefined}
      >
        <QuickBiteMark />
        <span>QuickBite</span>
      </Link>
      <Link
        className="door door--ev"
        to="/events"
        activeOptions={exactly}
        aria-current={brand === "myevents" || undefined}
      >
        <MyEventsMark />
        <span>MyEvents</span>
      </Link>
    </nav>
  );
}

function NavLink({ to, label, icon, within, pathname }: NavPage & { readonly pathname: string }) {
  return (
    <Link to={to} activeOptions={exactly} aria-current={within.test(pathname) ? "page" : undefined}>
      {icon !== undefined && <Icon name={icon} />}
      {label}
    </Link>
  );
}

/** Which of the links is current for pages below it is said here, and not by the start of the path. */
const exactly = { exact: true, includeSearch: false } as const;

interface WhoProps {
  readonly session: Session;
  readonly pathname: string;
  readonly href: string;
}

function Who({ session, pathname, href }: WhoProps) {
  const current = account.within.test(pathname) ? "page" : undefined;
  if (session.user === undefined)
    return (
      <PathLink
        className="who signin-link"
        path={signInFrom("/sign-in", href)}
        aria-current={current}
      >
        Sign in
      </PathLink>
    );
  const { name } = session.user;
  return (
    <Link className="who" to="/account" aria-current={current}>
      <span className="avatar" aria-hidden="true">
        {initialsOf(name)}
      </span>
      <span>
        <span className="vh">Account of </span>
        {name}
      </span>
    </Link>
  );
}

function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters.map((word) => (word === undefined ? "" : ([...word][0] ?? ""))).join("");
}

function Offline() {
  const online = useOnline();
  return (
    <div className="offline" role="status">
      {!online && (
        <p>
          <Icon name="wifioff" />
          You are offline. What you see may be old; nothing you typed is lost.
        </p>
      )}
    </div>
  );
}
