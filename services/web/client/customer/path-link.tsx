import { useRouter } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, MouseEvent } from "react";

export interface PathLinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  /** A path of the app with its query, as one text. */
  readonly path: string;
  /** Takes the place of this page in the history. */
  readonly replace?: boolean | undefined;
}

/** A link to a path that is known as a text alone, such as the way back after signing in. */
export function PathLink({ path, replace, children, ...rest }: PathLinkProps) {
  const { history } = useRouter();
  const follow = (event: MouseEvent) => {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    // A new tab or window is the browser's matter, and the console is another program.
    if (event.defaultPrevented || !isPlain || event.altKey || isConsole(path)) return;
    event.preventDefault();
    if (replace) history.replace(path);
    else history.push(path);
  };
  return (
    <a {...rest} href={path} onClick={follow}>
      {children}
    </a>
  );
}

/** Whether a path leads to the console, which is another program behind the same address. */
export const isConsole = (path: string) => /^\/console(?:[/?#]|$)/.test(path);
