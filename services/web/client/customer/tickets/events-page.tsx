import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "../../kit/button.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Icon } from "../../kit/icon.tsx";
import { Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { plural, timeExact } from "../../lib/format.ts";
import { problemOf } from "../../lib/problem.ts";
import noTicket from "./drawings/no-ticket.svg";
import { changeFilters, type EventFilters, isFiltered, readFilters } from "./event-filters.ts";
import { EventFinder } from "./event-finder.tsx";
import { EventTable } from "./event-table.tsx";
import { FilterChips } from "./filter-chips.tsx";
import { House } from "./house.tsx";
import { readersZone } from "./moments.ts";
import { useEvents } from "./use-events.ts";
import { useNow } from "./use-now.ts";
import "./events-page.css";

/** What is on: searched and narrowed in the page's address, with seats as they are counted now. */
export function EventsPage() {
  const filters = readFilters(useSearch({ strict: false }));
  const navigate = useNavigate();
  const change = (changes: Parameters<typeof changeFilters>[1]) =>
    void navigate({ to: "/events", search: changeFilters(filters, changes), resetScroll: false });
  const clear = () => void navigate({ to: "/events", search: {}, resetScroll: false });
  const now = useNow();

  return (
    <Page title="Events" brand="myevents">
      <House>
        <h1 className="display hero-type">Go out tonight.</h1>
        <p className="lead">Real seats in real halls. If it says 3 left, 3 are left.</p>
        <EventFinder filters={filters} onChange={change} />
      </House>
      <div className="wrap evlist">
        <List {...{ filters, now, change, clear }} />
      </div>
    </Page>
  );
}

interface ListProps {
  readonly filters: EventFilters;
  readonly now: Date;
  readonly change: (changes: Parameters<typeof changeFilters>[1]) => void;
  readonly clear: () => void;
}

function List({ filters, now, change, clear }: ListProps) {
  const { events, more, query } = useEvents(filters, now);
  const { error, isPending, dataUpdatedAt, isFetchingNextPage } = query;
  return (
    <>
      <div className="row evtools">
        <h2 className="display h2" aria-live="polite">
          {headingOf({ found: events?.length, more, filtered: isFiltered(filters) })}
        </h2>
        <div className="row push evset">
          <FilterChips filters={filters} onChange={change} />
          <label className="switch">
            <input
              type="checkbox"
              role="switch"
              aria-checked={filters.available ?? false}
              checked={filters.available ?? false}
              onChange={({ target }) => change({ available: target.checked || undefined })}
            />
            Only with free seats
          </label>
        </div>
      </div>
      {error !== null && (
        <ProblemNotice
          problem={problemOf(error)}
          title={events ? "Seats are not being counted right now" : "The events did not come"}
          retry={() => void query.refetch()}
          retrying={query.isFetching}
        >
          <p>
            {events ? "What stands below was true a moment ago." : "We go on trying by ourselves."}
          </p>
        </ProblemNotice>
      )}
      {events !== undefined && events.length > 0 && (
        <>
          <EventTable events={events} now={now} />
          <div className="row evmore">
            {more && (
              <Button busy={isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {isFetchingNextPage ? "Getting more" : "Show more"}
              </Button>
            )}
            <span className="sm muted">
              Seats counted at <span className="num">{timeExact(dataUpdatedAt)}</span>. Times are in
              your time zone, {readersZone()}.
            </span>
          </div>
        </>
      )}
      {events?.length === 0 && <Nothing filtered={isFiltered(filters)} clear={clear} />}
      {isPending && error === null && <Waiting />}
    </>
  );
}

function headingOf({
  found,
  more,
  filtered,
}: {
  readonly found: number | undefined;
  readonly more: boolean;
  readonly filtered: boolean;
}): string {
  if (found === undefined) return "What is on";
  if (found === 0) return filtered ? "Nothing found" : "Nothing on yet";
  if (more) return filtered ? `The first ${found} found` : "What is on";
  return filtered
    ? plural(found, { one: "event found", other: "events found" })
    : plural(found, { one: "event ahead", other: "events ahead" });
}

function Nothing({ filtered, clear }: { readonly filtered: boolean; readonly clear: () => void }) {
  return (
    <section className="card">
      {filtered ? (
        <Empty
          drawing={noTicket}
          title="Nothing on like that"
          action={
            <Button kind="primary" onClick={clear}>
              <Icon name="x" small />
              Show all events
            </Button>
          }
        >
          Try fewer words, another country or later days.
        </Empty>
      ) : (
        <Empty drawing={noTicket} title="No events yet">
          As soon as an organiser publishes an event, it stands here.
        </Empty>
      )}
    </section>
  );
}

const rows = ["first", "second", "third", "fourth", "fifth"];

function Waiting() {
  return (
    <Skeleton label="Loading the events" className="card evskel">
      {rows.map((row) => (
        <div className="evskel__row" key={row}>
          <Bone width="4.5rem" height="4.5rem" />
          <Bone width="60%" height="1.5rem" />
          <Bone height="1rem" />
        </div>
      ))}
    </Skeleton>
  );
}
