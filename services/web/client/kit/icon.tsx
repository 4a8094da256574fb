import type { ReactNode } from "react";

/** A picture that stands beside a word and is silent to readers: the control carries the name. */
export function Icon({ name, small }: { readonly name: IconName; readonly small?: boolean }) {
  return (
    <svg className={small ? "i i--sm" : "i"} viewBox="0 0 24 24" aria-hidden="true">
      {icons[name]}
    </svg>
  );
}

export type IconName = keyof typeof icons;

/** Circles, corners of 2 and strokes at 45°, on a grid of 24. */
const icons = {
  search: (
    <>
      <circle cx="11" cy="11" r="6.5" />
      <path d="m16 16 4.5 4.5" />
    </>
  ),
  bag: (
    <>
      <path d="M5 8h14l-1 12H6L5 8Z" />
      <path d="M9 10.5V7a3 3 0 0 1 6 0v3.5" />
    </>
  ),
  user: (
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5" />
    </>
  ),
  half: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 3.5v17a8.5 8.5 0 0 0 0-17Z" fill="currentColor" />
    </>
  ),
  plus: (
    <>
      <path d="M12 5v14M5 12h14" />
    </>
  ),
  minus: (
    <>
      <path d="M5 12h14" />
    </>
  ),
  check: (
    <>
      <path d="m5 12.5 4.5 4.5L19 7.5" />
    </>
  ),
  x: (
    <>
      <path d="m6 6 12 12M18 6 6 18" />
    </>
  ),
  alert: (
    <>
      <path d="M12 4 2.8 20h18.400L12 4Z" />
      <path d="M12 10v4.5M12 17.2v.1" />
    </>
  ),
  info: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 11v5.5M12 7.600v.1" />
    </>
  ),
  clock: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 7v5.300l3.5 2" />
    </>
  ),
  cal: (
    <>
      <rect x="3.5" y="5" width="17" height="15.5" rx="2.5" />
      <path d="M3.5 10h17M8 3v4M16 3v4" />
    </>
  ),
  pin: (
    <>
      <path d="M12 21.5c4.5-4.8 7-8.3 7-11.5a7 7 0 0 0-14 0c0 3.2 2.5 6.7 7 11.5Z" />
      <circle cx="12" cy="10" r="2.5" />
    </>
  ),
  ticket: (
    <>
      <path d="M3 7.5h18v3a1.8 1.8 0 0 0 0 3.600v3H3v-3a1.8 1.8 0 0 0 0-3.600v-3Z" />
      <path d="M14.5 8v1.5M14.5 11.300v1.5M14.5 14.700v1.5" />
    </>
  ),
  right: (
    <>
      <path d="M5 12h14M13 6l6 6-6 6" />
    </>
  ),
  chev: (
    <>
      <path d="m9 5 7 7-7 7" />
    </>
  ),
  down: (
    <>
      <path d="m5 9 7 7 7-7" />
    </>
  ),
  refresh: (
    <>
      <path d="M20 11a8 8 0 0 0-14.5-3.5L4 9M4 4v5h5M4 13a8 8 0 0 0 14.5 3.5L20 15M20 20v-5h-5" />
    </>
  ),
  wifioff: (
    <>
      <path d="M3 3l18 18M5 12.5a10 10 0 0 1 4-2.300M2 8.8A14.5 14.5 0 0 1 6 6.300M13 9.8a10 10 0 0 1 6 2.700M10.5 5.100A14.5 14.5 0 0 1 22 8.8M8.5 16a5 5 0 0 1 7 0M12 19.600v.1" />
    </>
  ),
  pause: (
    <>
      <path d="M8 5v14M16 5v14" />
    </>
  ),
  fork: (
    <>
      <path d="M7 3v7M4.5 3v4.5a2.5 2.5 0 0 0 5 0V3M7 10v11M17 21v-7M17 14c-2.5 0-3-2-3-5s1.2-6 3-6v11Z" />
    </>
  ),
  list: (
    <>
      <path d="M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1" />
    </>
  ),
  stack: (
    <>
      <path d="m12 3 9 5-9 5-9-5 9-5ZM3 12.5l9 5 9-5M3 17l9 5 9-5" />
    </>
  ),
  pulse: (
    <>
      <path d="M2.5 12h4l3-8 5 16 3-8h4" />
    </>
  ),
  route: (
    <>
      <circle cx="5.5" cy="18.5" r="2.5" />
      <circle cx="18.5" cy="5.5" r="2.5" />
      <path d="M8 18.5h6.5a3.5 3.5 0 0 0 0-7h-5a3.5 3.5 0 0 1 0-7H16" />
    </>
  ),
  book: (
    <>
      <path d="M4 5.5A2.5 2.5 0 0 1 6.5 3H20v15H6.5A2.5 2.5 0 0 0 4 20.5v-15ZM4 20.5A2.5 2.5 0 0 0 6.5 21H20v-3" />
    </>
  ),
  shield: (
    <>
      <path d="M12 3 4.5 6v6c0 4.5 3 7.5 7.5 9 4.5-1.5 7.5-4.5 7.5-9V6L12 3Z" />
      <path d="m8.8 12 2.3 2.3 4.2-4.6" />
    </>
  ),
  copy: (
    <>
      <rect x="8" y="8" width="12" height="12" rx="2" />
      <path d="M16 8V5a1.5 1.5 0 0 0-1.5-1.5H5.5A1.5 1.5 0 0 0 4 5v9a1.5 1.5 0 0 0 1.5 1.5H8" />
    </>
  ),
  eye: (
    <>
      <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
      <circle cx="12" cy="12" r="2.8" />
    </>
  ),
  filter: (
    <>
      <path d="M3 5h18l-7 8.5V19l-4 2v-7.5L3 5Z" />
    </>
  ),
  edit: (
    <>
      <path d="M4 20h4L19.5 8.5l-4-4L4 16v4ZM13 7l4 4" />
    </>
  ),
  trash: (
    <>
      <path d="M4 7h16M9 7V4h6v3M6.5 7l1 13.5h9l1-13.5M10 11v6M14 11v6" />
    </>
  ),
  dead: (
    <>
      <path d="M3.5 8.5 12 3l8.5 5.5V20h-17V8.5Z" />
      <path d="m9 11 6 6M15 11l-6 6" />
    </>
  ),
  grid: (
    <>
      <rect x="3.5" y="3.5" width="7" height="7" rx="1.5" />
      <rect x="13.5" y="3.5" width="7" height="7" rx="1.5" />
      <rect x="3.5" y="13.5" width="7" height="7" rx="1.5" />
      <rect x="13.5" y="13.5" width="7" height="7" rx="1.5" />
    </>
  ),
  saga: (
    <>
      <circle cx="5" cy="12" r="2.5" />
      <circle cx="19" cy="6" r="2.5" />
      <circle cx="19" cy="18" r="2.5" />
      <path d="M7.3 11 16.7 7M7.3 13l9.4 4" />
    </>
  ),
  bird: (
    <>
      <path d="M3 19c4 1.5 13 1 14-7.5l4-2.5-4-1.2A4.5 4.5 0 0 0 8.5 9c0 3-2 4-5.5 4 .5 3 2.5 4.5 5 4.5M13.5 8.5v.1" />
    </>
  ),
  flask: (
    <>
      <path d="M9.5 3h5M10.5 3v6L5 18.5A1.7 1.7 0 0 0 6.5 21h11a1.7 1.7 0 0 0 1.5-2.5L13.5 9V3M7.5 15h9" />
    </>
  ),
  lock: (
    <>
      <rect x="5" y="11" width="14" height="9.5" rx="2" />
      <path d="M8 11V8a4 4 0 0 1 8 0v3" />
    </>
  ),
  down2: (
    <>
      <path d="M12 4v11M7 10.5l5 5 5-5M5 20h14" />
    </>
  ),
  expand: (
    <>
      <path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />
    </>
  ),
  menu: (
    <>
      <path d="M4 7h16M4 12h16M4 17h16" />
    </>
  ),
  branch: (
    <>
      <path d="M6 4v10a4 4 0 0 0 4 4h8M14 14l4 4-4 4M6 9h6a4 4 0 0 1 4-4h2" />
    </>
  ),
} as const satisfies Record<string, ReactNode>;
