import { LiveBadge } from "../../kit/live-badge.tsx";
import { count, plural } from "../../lib/format.ts";
import type { LiveState } from "../../lib/live-loop.ts";

interface MenuBarProps extends Pick<LiveState<unknown>, "status" | "lastAt"> {
  readonly all: number;
  readonly available: number;
  /** How many dishes a search found; undefined without one. */
  readonly found: number | undefined;
  readonly onlyAvailable: boolean;
  readonly setOnlyAvailable: (only: boolean) => void;
}

/** Which part of the menu is shown, and whether its numbers are of now. */
export function MenuBar(props: MenuBarProps) {
  const { all, available, found, status, lastAt, onlyAvailable, setOnlyAvailable } = props;
  return (
    <div className="menubar">
      <h2 className="display h2" id="menu-h">
        Tonight’s menu
      </h2>
      <fieldset className={all === 0 ? "chips chips--wait" : "chips"} aria-label="Which dishes">
        <button
          type="button"
          className="chip num"
          aria-pressed={!onlyAvailable}
          onClick={() => setOnlyAvailable(false)}
        >
          All <span className="chip__n">{count(all)}</span>
        </button>
        <button
          type="button"
          className="chip num"
          aria-pressed={onlyAvailable}
          onClick={() => setOnlyAvailable(true)}
        >
          Not sold out <span className="chip__n">{count(available)}</span>
        </button>
      </fieldset>
      <p className="vh" role="status">
        {found !== undefined && `${plural(found, { one: "dish", other: "dishes" })} found`}
      </p>
      <div className="menubar__live">
        <LiveBadge status={status} lastAt={lastAt} />
      </div>
    </div>
  );
}
