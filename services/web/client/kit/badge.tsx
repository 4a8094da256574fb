import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

export type BadgeTone = "plain" | "ok" | "warn" | "bad" | "info" | "accent";

export interface BadgeProps {
  readonly tone?: BadgeTone | undefined;
  readonly icon?: IconName | undefined;
  /** A dot in place of an icon; it pulses only while a stream is connected. */
  readonly dot?: "still" | "live" | undefined;
  readonly busy?: boolean | undefined;
  /** A word, because colour never speaks alone. */
  readonly children: ReactNode;
  readonly className?: string | undefined;
}

export function Badge({ tone = "plain", icon, dot, busy, children, className }: BadgeProps) {
  const names = ["badge", tone === "plain" ? undefined : `badge--${tone}`, className];
  return (
    <span className={names.filter(Boolean).join(" ")}>
      {icon !== undefined && <Icon name={icon} />}
      {dot !== undefined && (
        <span className={dot === "live" ? "dot dot--live" : "dot"} aria-hidden="true" />
      )}
      {busy && <span className="spin" aria-hidden="true" />}
      {children}
    </span>
  );
}
