import type { ReactNode } from "react";

export interface EmptyProps {
  /** The address of a drawing. */
  readonly drawing?: string | undefined;
  readonly title: ReactNode;
  /** 1 where this is all that the page says. */
  readonly level?: 1 | 2 | undefined;
  /** What would be here, and how to make one. */
  readonly children: ReactNode;
  /** The way to make one. */
  readonly action?: ReactNode;
}

/** A place where nothing is yet. */
export function Empty({ drawing, title, level = 2, children, action }: EmptyProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="empty">
      {drawing !== undefined && <img src={drawing} alt="" width="160" height="120" />}
      <Heading className="display h3">{title}</Heading>
      <p>{children}</p>
      {action}
    </div>
  );
}
