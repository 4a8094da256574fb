import type { ReactNode } from "react";
import { Page } from "../kit/page.tsx";
import { ViewOnly } from "./acting.tsx";

export interface ConsolePageProps {
  /** The page's heading, and its name in the tab. */
  readonly title: string;
  /** One line beside the heading. */
  readonly about?: ReactNode;
  /** At the right of the heading. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One page of the console: its heading and what stands below it. */
export function ConsolePage({ title, about, actions, children }: ConsolePageProps) {
  return (
    <Page title={title} brand="console">
      <div className="chead">
        <h1>{title}</h1>
        {about !== undefined && <span className="muted num">{about}</span>}
        <ViewOnly />
        {actions !== undefined && <div className="row push chead__acts">{actions}</div>}
      </div>
      {children}
    </Page>
  );
}
