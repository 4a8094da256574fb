import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

export type NoticeTone = "info" | "ok" | "warn" | "bad";

export interface NoticeProps {
  readonly tone?: NoticeTone | undefined;
  readonly icon?: IconName | undefined;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  /** `alert` interrupts and is for conflicts and failures; `status` waits until the reader is free. */
  readonly role?: "alert" | "status" | undefined;
}

const usualIcon: Readonly<Record<NoticeTone, IconName>> = {
  info: "info",
  ok: "check",
  warn: "clock",
  bad: "alert",
};

/** Something to know, said where it matters; it stays as long as it is true. */
export function Notice({ tone = "info", icon, title, children, role }: NoticeProps) {
  return (
    <div className={tone === "info" ? "notice" : `notice notice--${tone}`} role={role}>
      <Icon name={icon ?? usualIcon[tone]} />
      <p className="notice__t">{title}</p>
      {children !== undefined && <div className="notice__b">{children}</div>}
    </div>
  );
}
