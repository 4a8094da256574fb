import type { ButtonHTMLAttributes, ReactNode } from "react";

export type ButtonKind = "primary" | "plain" | "soft" | "quiet" | "danger";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** One `primary` in a view. */
  readonly kind?: ButtonKind | undefined;
  readonly size?: "md" | "lg" | undefined;
  readonly block?: boolean | undefined;
  /** While its work runs: it cannot be pressed, and says so; its label should be a verb then. */
  readonly busy?: boolean | undefined;
  readonly children: ReactNode;
}

/** A button whose label is a verb with its object. */
export function Button({ kind, size, block, busy, className, onClick, ...rest }: ButtonProps) {
  const { children, ...attributes } = rest;
  return (
    <button
      type="button"
      {...attributes}
      className={buttonClass({ kind, size, block, className })}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy && <span className="spin" aria-hidden="true" />}
      {children}
    </button>
  );
}

/** The class names of a button, for links that look like one. */
export function buttonClass({
  kind = "plain",
  size = "md",
  block = false,
  className,
}: Pick<ButtonProps, "kind" | "size" | "block" | "className">): string {
  return [
    "btn",
    kind === "plain" ? undefined : `btn--${kind}`,
    size === "lg" ? "btn--lg" : undefined,
    block ? "btn--block" : undefined,
    className,
  ]
    .filter(Boolean)
    .join(" ");
}
