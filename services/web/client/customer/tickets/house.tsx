import type { ReactNode } from "react";

const CURTAIN = "M0 0h200c10 150-50 300-150 420H0Z";
const FOLDS =
  "M0 0h46c8 150-4 300-30 420H0ZM84 0h38c6 150-24 300-76 420H26C66 300 88 150 84 0ZM160 0h40c10 150-50 300-150 420h-2C132 300 168 150 160 0Z";

/** The house before the show: a stage between two curtains, dark in both themes. */
export function House({ children }: { readonly children: ReactNode }) {
  return (
    <section className="stage house" aria-label="Find events">
      <svg
        className="house__set"
        viewBox="0 0 1440 420"
        preserveAspectRatio="xMidYMin slice"
        aria-hidden="true"
      >
        <path d="M430-10 250 420h480Z" fill="#f1b95c" opacity=".13" />
        <path d="M980-10 640 420h560Z" fill="#f1b95c" opacity=".17" />
        <path d="M700-10 560 420h420Z" fill="#fb77c0" opacity=".07" />
        <ellipse cx="900" cy="408" rx="300" ry="26" fill="#f1b95c" opacity=".2" />
        <ellipse cx="490" cy="410" rx="240" ry="20" fill="#f1b95c" opacity=".12" />
      </svg>
      <Curtain side="l" />
      <Curtain side="r" />
      <div className="wrap house__in">{children}</div>
    </section>
  );
}

function Curtain({ side }: { readonly side: "l" | "r" }) {
  return (
    <svg
      className={`house__c house__c--${side}`}
      viewBox="0 0 200 420"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={CURTAIN} fill="#7d1f57" />
      <path d={FOLDS} fill="#9e2b71" />
    </svg>
  );
}
