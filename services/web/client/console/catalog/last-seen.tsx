import type { CatalogEntry } from "@app/contracts/catalog.ts";
import type { StreamMessagesView } from "@app/platform/messaging/ops-stream-views.ts";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { dateTime } from "../../lib/format.ts";
import { useService } from "../ask.ts";
import { GoTo } from "../go-to.tsx";
import { isServiceName } from "../ops.ts";
import { Payload } from "../payload.tsx";

const askEveryMs = 5_000;

/** The newest one that its stream holds: when it was sent, and what it said, as an example. */
export function LastSeen({ entry }: { readonly entry: CatalogEntry }) {
  const { owner, stream, type, name } = entry;
  const by = isServiceName(owner) ? owner : "orders";
  const query = new URLSearchParams({ type, limit: "1" });
  const { value, problem, loading } = useService<StreamMessagesView>(
    by,
    `streams/${stream}/messages?${query}`,
    { everyMs: askEveryMs },
  );
  const message = value?.messages[0];
  return (
    <section className="card" aria-labelledby="seen-h">
      <div className="sheet-h">
        <h2 id="seen-h">Last seen</h2>
        {message && (
          <span className="push num">
            {dateTime(message.publishedAt)}, as{" "}
            <GoTo to="/console/streams" search={{ stream, from: String(message.sequence), type }}>
              {stream} {message.sequence}
            </GoTo>
          </span>
        )}
      </div>
      <div className="pad">
        {problem !== undefined && (
          <ProblemNotice problem={problem} title={`${by} cannot tell what its stream holds`} />
        )}
        {value === undefined && loading && (
          <Skeleton label="Looking for the newest one">
            <Bone height="8rem" />
          </Skeleton>
        )}
        {value !== undefined && message === undefined && (
          <p className="muted">
            {value.complete
              ? `${stream} holds no ${name}. An example stands here once one is sent.`
              : `No ${name} among the newest messages of ${stream}.`}
          </p>
        )}
        {message && <Payload payload={message.payload} />}
      </div>
    </section>
  );
}
