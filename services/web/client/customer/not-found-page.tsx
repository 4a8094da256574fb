import { Link } from "@tanstack/react-router";
import { buttonClass } from "../kit/button.tsx";
import { plates } from "../kit/drawings/plate.tsx";
import { Page } from "../kit/page.tsx";

/** An address at which nothing is. */
export function NotFoundPage() {
  return (
    <Page title="Not found">
      <div className="wrap page">
        <div className="empty">
          <img src={plates["empty-plate"]} alt="" width="160" height="120" />
          <h1 className="display h1">Nothing on this plate.</h1>
          <p>The address may be mistyped, or what was here is gone.</p>
          <p className="row">
            <Link className={buttonClass({ kind: "primary" })} to="/">
              See the menu
            </Link>
            <Link className={buttonClass({})} to="/events">
              See the events
            </Link>
          </p>
        </div>
      </div>
    </Page>
  );
}
