import type { Obstacle } from "@app/platform/messaging/obstacle.ts";
import { useQuery } from "@tanstack/react-query";
import { problemOf } from "../../lib/problem.ts";
import { callJson } from "../../lib/transport.ts";
import { GoTo } from "../go-to.tsx";
import { QbCommand } from "../qb-command.tsx";

/** As much of the answer as people are shown. */
interface WhyAnswer {
  readonly sentence: string;
  readonly waitsFor: Pick<Obstacle, "service" | "part" | "text" | "next" | "deadLetterId"> | null;
}

/** It asks everybody at once, for each row: seldom is enough. */
const askEveryMs = 10_000;

/** What an order waits for in words, and what helps. */
export function Why({ id }: { readonly id: string }) {
  const why = useQuery({
    queryKey: ["why", id],
    queryFn: () => callJson<WhyAnswer>("GET", `/v1/orders/${id}/why`),
    refetchInterval: askEveryMs,
    retry: false,
  });
  if (why.error !== null && why.data === undefined) {
    return <span className="muted">unknown: {problemOf(why.error).title}</span>;
  }
  if (why.data === undefined) return <span className="faint">asking…</span>;
  const { waitsFor, sentence } = why.data;
  if (waitsFor === null) return <>{sentence}</>;
  const { text, deadLetterId, service, next } = waitsFor;
  return (
    <span className="sagas__waits">
      {text}
      {deadLetterId !== null && (
        <GoTo to="/console/dead-letters" search={{ letter: `${service}/${deadLetterId}` }}>
          Repair dead letter {service}/{deadLetterId}
        </GoTo>
      )}
      {next !== null && <QbCommand command={next} />}
    </span>
  );
}
