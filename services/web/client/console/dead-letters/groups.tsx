import type { NotedGroupsView } from "@app/platform/messaging/ops-repair-views.ts";
import { Icon } from "../../kit/icon.tsx";
import { count, dateTime, timeExact } from "../../lib/format.ts";
import type { Answer } from "../ask.ts";
import { GoTo } from "../go-to.tsx";
import { messageName, plainError, reasonText } from "../message-type.ts";
import type { ServiceName } from "../ops.ts";

/** Dead letters of one cause. */
export type Group = NotedGroupsView["groups"][number] & { readonly service: ServiceName };

/** All causes of all services that answer, those with the most letters first. */
export function groupsOf(
  answers: readonly Answer<NotedGroupsView>[],
  consumer?: string,
): readonly Group[] {
  return answers
    .flatMap(({ service, value }) => (value?.groups ?? []).map((group) => ({ ...group, service })))
    .filter((group) => consumer === undefined || group.consumer === consumer)
    .toSorted((a, b) => b.count - a.count || b.newestAt.localeCompare(a.newestAt));
}

export function GroupList({
  groups,
  current,
  consumer,
}: {
  readonly groups: readonly Group[];
  readonly current: string | undefined;
  readonly consumer: string | undefined;
}) {
  return (
    <section className="card groups" aria-label="Causes">
      <div className="sheet-h">
        <h2>{groups.length === 1 ? "1 cause" : `${groups.length} causes`}</h2>
        <span className="faint xs push">most letters first</span>
      </div>
      <ul className="rows gl">
        {groups.map((group) => (
          <li key={`${group.service} ${group.id}`} data-row>
            <GoTo
              className={group.id === current ? "group group--current" : "group"}
              to="/console/dead-letters"
              search={{ group: group.id, service: group.service, consumer }}
              aria-current={group.id === current ? "true" : "false"}
            >
              <GroupLine group={group} />
            </GoTo>
          </li>
        ))}
      </ul>
    </section>
  );
}

function GroupLine({ group }: { readonly group: Group }) {
  const { consumer, type, reason, error, oldestAt, newestAt, note } = group;
  return (
    <>
      <span className="group__c num">{count(group.count)}</span>
      <span className="group__b">
        <span className="group__r">
          {messageName(type)} {reasonText(reason)}
        </span>
        <span className="xs muted group__e">{plainError(error)}</span>
        <span className="xs muted">
          <code>{consumer}</code>, {spanText(oldestAt, newestAt)}
        </span>
        {note !== null && (
          <span className="group__note xs">
            <Icon name="edit" small />
            {note.text}
          </span>
        )}
      </span>
    </>
  );
}

/** From the first to the last, or the one moment. */
export function spanText(oldestAt: string, newestAt: string): string {
  const text = isToday(oldestAt) ? timeExact : dateTime;
  const [oldest, newest] = [text(oldestAt), text(newestAt)];
  return oldest === newest ? oldest : `${oldest} to ${newest}`;
}

const isToday = (instant: string) => new Date(instant).toDateString() === new Date().toDateString();
