import type { ReactNode } from "react";

export interface EmptyProps {
  /** The address of a drawing. */
  readonly drawing?: string | undefined;
  readonly title: ReactNode;
  /** What would be here, and how to make one. */
  readonly children: ReactNode;
  /** The way to make one. */
  readonly action?: ReactNode;
}

/** A place where nothing is yet. */
export function Empty({ drawing, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      {drawing !== undefined && <img src={drawing} alt="" width="160" height="120" />}
      <h2 className="display h3">{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}
