import { type ReactNode, useEffect } from "react";

export type Brand = "quickbite" | "myevents" | "console";

export interface PageProps {
  /** Names the page in the tab and in the history; the heading is the page's own `h1`. */
  readonly title: string;
  readonly brand?: Brand | undefined;
  readonly children: ReactNode;
}

const brandNames: Readonly<Record<Brand, string>> = {
  quickbite: "QuickBite",
  myevents: "MyEvents",
  console: "Console",
};

let pagesSeen = 0;

/**
 * One page of the app: names the document and, when it was come to from another page, moves the
 * focus to its heading, as loading a page from the server would. Its main heading is an `h1`.
 */
export function Page({ title, brand = "quickbite", children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ${brandNames[brand]}`;
  }, [title, brand]);

  useEffect(() => {
    pagesSeen += 1;
    // Where the browser itself opened the page the focus is its own matter.
    if (pagesSeen > 1) focusHeading();
  }, []);

  return children;
}

/**
 * Gives the heading the focus that went down with what it replaced, such as a skeleton's. On the
 * first page nobody had any.
 */
export function keepFocus(): void {
  if (pagesSeen > 1 && document.activeElement === document.body) focusHeading();
}

/** Moves the focus to the page's heading: for a change of everything that is shown. */
export function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>("main h1");
  if (heading === null) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
