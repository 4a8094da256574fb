import type { AppName, BundledApp } from "./bundle.ts";

const titles: Readonly<Record<AppName, string>> = {
  customer: "QuickBite",
  console: "QuickBite console",
};

const descriptions: Readonly<Record<AppName, string>> = {
  customer: "Order dishes and book seats.",
  console: "What runs, what waits and what failed.",
};

/**
 * The page of an app. It holds no inline script and no style, so that the strictest content policy
 * fits, and names all that the first paint needs, so that it is fetched at once.
 */
export function pageHtml(name: AppName, app: BundledApp, theme: string): string {
  const { script, styles, preloads } = app;
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
    '<meta name="color-scheme" content="light dark">',
    `<meta name="description" content="${descriptions[name]}">`,
    `<title>${titles[name]}</title>`,
    `<script src="${theme}"></script>`,
    ...styles.map((path) => `<link rel="stylesheet" href="${path}">`),
    ...preloads.map((path) => `<link rel="modulepreload" href="${path}">`),
    `<script type="module" src="${script}"></script>`,
    '<link rel="icon" href="/favicon.svg" type="image/svg+xml">',
    ...(name === "customer" ? ['<link rel="manifest" href="/manifest.webmanifest">'] : []),
    "</head>",
    "<body>",
    '<div id="root"></div>',
    "<noscript>This page needs JavaScript; the API behind it does not.</noscript>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
