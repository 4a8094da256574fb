import { type ReactNode, useEffect, useRef } from "react";
import { announce } from "./announcer.tsx";
import { Icon, type IconName } from "./icon.tsx";

export type NoticeTone = "info" | "ok" | "warn" | "bad";

export interface NoticeProps {
  readonly tone?: NoticeTone | undefined;
  readonly icon?: IconName | undefined;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  /** `alert` interrupts and is for conflicts and failures; `status` is said once, when the reader is free. */
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
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (role !== "status") return;
    const parts = [
      ...(place.current?.querySelectorAll(":scope > .notice__t, :scope > .notice__b") ?? []),
    ];
    announce(parts.map(({ textContent }) => textContent).join(". "));
  }, [role]);
  return (
    <div
      className={tone === "info" ? "notice" : `notice notice--${tone}`}
      // A region that comes with its text is not heard by every reader, an alert is.
      role={role === "alert" ? "alert" : undefined}
      ref={place}
    >
      <Icon name={icon ?? usualIcon[tone]} />
      <p className="notice__t">{title}</p>
      {children !== undefined && <div className="notice__b">{children}</div>}
    </div>
  );
}
