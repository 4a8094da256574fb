import { RedriveRunDetailView } from "@app/platform/messaging/ops-repair-views.ts";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { nameOf } from "./letter-place.ts";
import { type Place, placeOf } from "./place.ts";

const lookEveryMs = 300;

/** Where a redrive run is, from `inventory/3` or a bare number that only one service has. */
export const runPlace = ({ services }: Pick<Context, "services">, text: string) =>
  placeOf(text, services, async ({ service, id }) => {
    const { status } = await service.send(`/ops/v1/redrive-runs/${id}`);
    return status === 200;
  });

export const runAt = ({ service, id }: Place) =>
  service.ask(`/ops/v1/redrive-runs/${id}`, RedriveRunDetailView);

/** Shows a run's progress until it ends. Throws when the time is up; the run goes on. */
export async function waitForRun(
  { out }: Pick<Context, "out">,
  place: Place,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<RedriveRunDetailView> {
  const untilMs = performance.now() + timeoutMs;
  while (performance.now() < untilMs) {
    const run = await runAt(place);
    if (run.finishedAt !== null) {
      out.status("");
      return run;
    }
    out.status(`${run.state}: ${progressOf(run)}`);
    await Bun.sleep(lookEveryMs);
  }
  out.status("");
  throw new Failure("failed", `run ${nameOf(place)} has not ended yet; it goes on`, {
    next: `qb dlq run show ${nameOf(place)}`,
  });
}

/** Tells how a run ended; an end with letters that are still dead is a failure. */
export function runEnded({ out }: Context, place: Place, run: RedriveRunDetailView): void {
  const id = nameOf(place);
  out.data({ ...run, service: place.service.name });
  if (run.state === "done" && run.failed === 0) {
    out.say(`${out.colours.green("Done")}: run ${id}, ${progressOf(run)}.`);
    return;
  }
  const why = run.problem === null ? "" : `: ${run.problem}`;
  throw new Failure("failed", `run ${id} ended as ${run.state}, ${progressOf(run)}${why}`, {
    next: `qb dlq run show ${id}`,
  });
}

export function progressOf(run: Omit<RedriveRunDetailView, "troubled">): string {
  const { done, failed, skipped, total } = run;
  const more = [failed > 0 ? `${failed} failed` : "", skipped > 0 ? `${skipped} skipped` : ""];
  return [`${done} of ${total} done`, ...more.filter((text) => text !== "")].join(", ");
}
