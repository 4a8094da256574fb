import type { ReactNode } from "react";

export interface SkeletonProps {
  /** What is awaited, such as `Loading the menu`. */
  readonly label: string;
  /** Bones as large as what comes. */
  readonly children: ReactNode;
  readonly className?: string | undefined;
}

/** The place of what is still on its way. It shows after 400 ms, because most things come sooner. */
export function Skeleton({ label, children, className }: SkeletonProps) {
  return (
    <div role="status">
      <span className="vh">{label}</span>
      <div className={["skels", className].filter(Boolean).join(" ")} aria-hidden="true">
        {children}
      </div>
    </div>
  );
}

/** One grey shape, in CSS lengths. */
export function Bone({
  width = "100%",
  height = "1em",
}: {
  readonly width?: string;
  readonly height?: string;
}) {
  return <div className="skel" style={{ width, height }} />;
}
