import type { NotedGroupsView } from "@app/platform/messaging/ops-repair-views.ts";
import emptyDrawing from "../../kit/drawings/empty-plate.svg";
import { Empty } from "../../kit/empty.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { count } from "../../lib/format.ts";
import { type Answer, useEveryService } from "../ask.ts";
import { ConsolePage } from "../console-page.tsx";
import { useFilters } from "../filters.ts";
import { GoTo } from "../go-to.tsx";
import { useSummary } from "../overview/use-overview.ts";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";
import { GroupDetail } from "./group-detail.tsx";
import { type Group, GroupList, groupsOf } from "./groups.tsx";
import { LetterDetail } from "./letter-detail.tsx";
import { readRowName } from "./letter-name.ts";
import { ResolvedLetters } from "./resolved-letters.tsx";
import { RunPanel } from "./run-panel.tsx";
import { RunsUnderWay } from "./runs-under-way.tsx";
import "./dead-letters.css";

/** What could not be processed, by cause: looked at, understood and repaired. */
export function DeadLettersPage() {
  const [{ consumer, group: groupId, letter: letterText, run: runText, canary, state }] =
    useFilters();
  const answers = useEveryService<NotedGroupsView>("dead-letters/groups");
  const letter = readRowName(letterText);
  const run = readRowName(runText ?? canary);
  const groups = groupsOf(answers, consumer);
  const chosen = groups.find(({ id }) => id === groupId);
  // Of what was just repaired the result stays, and a letter that was asked for is shown by itself.
  const group = chosen ?? (groupId || run || letter ? undefined : groups[0]);
  const asked = answers.every(({ loading }) => !loading);

  return (
    <ConsolePage
      title="Dead letters"
      about={<Waiting groups={groups} />}
      actions={
        <QbCommand
          command={consumer ? `qb dlq ls --consumer ${shellWord(consumer)}` : "qb dlq groups"}
        />
      }
    >
      <LetterFilters answers={answers} />
      <Unheard answers={answers} />
      {state === "discarded" || state === "done" ? (
        <ResolvedLetters state={state} shown={letter} />
      ) : !asked && groups.length === 0 ? (
        <Skeleton label="Loading dead letters" className="card pad">
          <Bone height="3rem" />
          <Bone height="3rem" width="80%" />
        </Skeleton>
      ) : (
        <div className={groups.length > 0 ? "dl" : "dl dl--single"}>
          {groups.length > 0 && (
            <GroupList groups={groups} current={group?.id} consumer={consumer} />
          )}
          <div className="det">
            <RunsUnderWay shown={run} />
            {run && !group && <RunPanel run={run} />}
            {group && <GroupDetail key={group.id} group={group} shown={letter} />}
            {letter && !group && <LetterDetail key={letterText} letter={letter} />}
            {groupId && asked && !group && !run && !letter && <NothingLeft />}
            {groups.length === 0 && !groupId && !letter && !run && (
              <NoLetters consumer={consumer} />
            )}
          </div>
        </div>
      )}
    </ConsolePage>
  );
}

function Waiting({ groups }: { readonly groups: readonly Group[] }) {
  const waiting = groups.reduce((sum, group) => sum + group.count, 0);
  return (
    <>
      <b>{count(waiting)}</b> waiting for a person
    </>
  );
}

/** Whose letters, and which of them. */
function LetterFilters({ answers }: { readonly answers: readonly Answer<NotedGroupsView>[] }) {
  const [{ consumer, state }, setFilters] = useFilters();
  const { consumers } = useSummary();
  const choose = (changes: { readonly consumer?: string; readonly state?: string }) =>
    setFilters({
      consumer: undefined,
      state: undefined,
      group: undefined,
      service: undefined,
      letter: undefined,
      run: undefined,
      canary: undefined,
      ...changes,
    });
  const all = groupsOf(answers);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend with it.
    <div className="filters row" role="group" aria-label="Show">
      <Chip on={consumer === undefined && state === undefined} choose={() => choose({})}>
        All
      </Chip>
      {consumers.map((name) => {
        const waiting = all
          .filter((group) => group.consumer === name)
          .reduce((sum, group) => sum + group.count, 0);
        return (
          <Chip key={name} on={consumer === name} choose={() => choose({ consumer: name })}>
            {name}
            {waiting > 0 && <b className="num">{count(waiting)}</b>}
          </Chip>
        );
      })}
      <span className="push row filters__end">
        <Chip on={state === "discarded"} choose={() => choose({ state: "discarded" })}>
          Discarded
        </Chip>
        <Chip on={state === "done"} choose={() => choose({ state: "done" })}>
          Repaired
        </Chip>
      </span>
    </div>
  );
}

function Chip({
  on,
  choose,
  children,
}: {
  readonly on: boolean;
  readonly choose: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <button type="button" className="chip" aria-pressed={on} onClick={choose}>
      {children}
    </button>
  );
}

/** Who could not be asked, so that nobody takes the list for complete. */
function Unheard({ answers }: { readonly answers: readonly Answer<NotedGroupsView>[] }) {
  const unheard = answers.filter(({ problem }) => problem !== undefined);
  return (
    <p className="unheard" role="status">
      {unheard.length > 0 && (
        <>
          {unheard.map(({ service }) => service).join(", ")} did not answer:{" "}
          {unheard[0]?.problem?.detail || unheard[0]?.problem?.title}. Letters there are not shown,
          or as last heard.
        </>
      )}
    </p>
  );
}

function NothingLeft() {
  return (
    <Notice tone="ok" title="Nothing is left of this cause" role="status">
      <p>
        Its letters were repaired or discarded.{" "}
        <GoTo to="/console/dead-letters">See what else waits</GoTo>
      </p>
    </Notice>
  );
}

function NoLetters({ consumer }: { readonly consumer: string | undefined }) {
  return (
    <section className="card">
      <Empty
        drawing={emptyDrawing}
        title="No dead letters"
        action={<QbCommand command="qb seed" />}
      >
        {consumer === undefined
          ? "Every message was handled."
          : `${consumer} handled every message.`}{" "}
        A message that fails at every attempt, or that cannot be read, would wait here. The demo
        data has one.
      </Empty>
    </section>
  );
}
