import { useEffect, useState } from "react";
import { Badge } from "../../kit/badge.tsx";
import { Empty } from "../../kit/empty.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { ConsolePage } from "../console-page.tsx";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";
import { About } from "./about.tsx";
import { CopyLink } from "./copy-link.tsx";
import { hopsOf, isUnderWay, lastMoment } from "./hops.ts";
import { Messages } from "./messages.tsx";
import { OrderHead, useOrderHead } from "./order-head.tsx";
import { Sequence } from "./sequence.tsx";
import { StepsTable } from "./steps-table.tsx";
import { orderIdOf, type Subject } from "./subject.ts";
import { type Pace, useTold } from "./use-follow.ts";
import { Waterfall } from "./waterfall.tsx";
import { WhereTimeWent } from "./where-time-went.tsx";

type Aggregate = Extract<Subject, { kind: "aggregate" }>;

/** What has not moved for so long may wait for a person, who is not awaited every second. */
const freshMs = 20_000;

/** The life of one aggregate: where its time went, each message's way, and who told whom. */
export function FollowAggregate({ subject }: { readonly subject: Aggregate }) {
  const { key, title, keys, services } = subject;
  const orderId = orderIdOf(subject);
  const [pace, setPace] = useState<Pace>("happening");
  const { told, silent, loading } = useTold(keys, services, pace);
  const head = useOrderHead(orderId, pace);
  const hops = hopsOf(told, Date.now());
  const isGoingOn = isUnderWay(hops) || hops.length === 0 || head.isUndecided;
  const isFresh = hops.length === 0 || Date.now() - lastMoment(hops) < freshMs;
  const next = !isGoingOn ? "settled" : isFresh ? "happening" : "waiting";
  useEffect(() => setPace(next), [next]);
  const live = pace !== "settled";

  return (
    <ConsolePage
      title={title}
      about={orderId === undefined ? <About of={key} /> : head.about}
      actions={
        <>
          <Badge tone={live ? "ok" : "plain"} dot={live ? "live" : "still"}>
            {live ? "Live" : "Settled"}
          </Badge>
          <CopyLink />
          {orderId !== undefined && (
            <a className="btn" href={`/orders/${orderId}`}>
              As the customer sees it
            </a>
          )}
        </>
      }
    >
      <QbCommand
        command={
          orderId === undefined ? `qb stream get ${shellWord(key)}` : `qb order follow ${orderId}`
        }
      />
      <OrderHead head={head} />
      {silent.map(({ service, problem }) => (
        <ProblemNotice
          key={service}
          problem={problem}
          title={`What ${service} knows is missing here`}
        />
      ))}
      {loading && hops.length === 0 ? (
        <Skeleton label={`Looking for ${key}`}>
          <Bone height="7rem" />
          <Bone height="14rem" />
        </Skeleton>
      ) : hops.length === 0 ? (
        <Empty title="No message of it is known">
          Nobody stated anything as <code>{key}</code>, or it was so long ago that neither an outbox
          nor a stream still has it. Sent messages are kept for two days, streams for a week or
          more.
        </Empty>
      ) : (
        <>
          <WhereTimeWent hops={hops} />
          <section className="card" aria-labelledby="timeline-h">
            <div className="sheet-h">
              <h2 id="timeline-h">Timeline</h2>
              <span className="faint xs">
                since the first thing that happened; stretches without anything are folded
              </span>
            </div>
            <Waterfall hops={hops} />
          </section>
          <div className="followed">
            <section className="card" aria-labelledby="sequence-h">
              <div className="sheet-h">
                <h2 id="sequence-h">Sequence</h2>
                <span className="faint xs">services in boxes, streams in capitals</span>
              </div>
              <Sequence hops={hops} title={title} />
            </section>
            <section className="card" aria-labelledby="steps-h">
              <div className="sheet-h">
                <h2 id="steps-h">Step by step</h2>
              </div>
              <StepsTable hops={hops} />
            </section>
          </div>
          <Messages hops={hops} />
        </>
      )}
    </ConsolePage>
  );
}
