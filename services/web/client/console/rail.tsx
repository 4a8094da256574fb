import { Icon, type IconName } from "../kit/icon.tsx";
import { type ConsolePath, GoTo } from "./go-to.tsx";
import { useSummary } from "./overview/use-overview.ts";

const pages: readonly {
  readonly to: ConsolePath;
  readonly name: string;
  readonly icon: IconName;
}[] = [
  { to: "/console", name: "Overview", icon: "grid" },
  { to: "/console/dead-letters", name: "Dead letters", icon: "dead" },
  { to: "/console/follow", name: "Follow", icon: "route" },
  { to: "/console/streams", name: "Streams", icon: "stack" },
  { to: "/console/sagas", name: "Sagas", icon: "saga" },
  { to: "/console/reviews", name: "Reviews", icon: "edit" },
  { to: "/console/catalog", name: "Catalog", icon: "book" },
  { to: "/console/audit", name: "Audit", icon: "shield" },
];

/** All pages, with how many dead letters wait for somebody. */
export function Rail() {
  const { deadLetters } = useSummary();
  return (
    <nav className="rail" aria-label="Console">
      <GoTo className="brandline" to="/console" title="Console">
        <ConsoleMark />
        <span>Console</span>
      </GoTo>
      {pages.map(({ to, name, icon }) => (
        <GoTo key={to} to={to} title={name}>
          <Icon name={icon} />
          <span>{name}</span>
          {to === "/console/dead-letters" && deadLetters > 0 ? (
            <span className="badge badge--bad n num">{deadLetters}</span>
          ) : null}
        </GoTo>
      ))}
    </nav>
  );
}

export function ConsoleMark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="2" width="28" height="28" rx="7" fill="#055460" />
      <path
        d="M7 11h6M19 11h6M7 21h3M16 21h9"
        stroke="#7bd4e6"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
      <circle cx="16" cy="11" r="2.6" fill="#f1b95c" />
      <circle cx="13" cy="21" r="2.6" fill="#eacbff" />
    </svg>
  );
}
