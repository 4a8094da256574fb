import type { RedriveRunDetailView } from "@app/platform/messaging/ops-repair-views.ts";
import { type Answer, useService } from "../ask.ts";
import type { RowName } from "./letter-name.ts";
import { isOver } from "./redrive-steps.ts";

/** While letters are being tried somebody watches them. */
const watchedEveryMs = 1_000;

/** A redrive run, watched until it is over. Without a name nothing is asked. */
export function useRun(run: RowName | undefined): Answer<RedriveRunDetailView> {
  return useService<RedriveRunDetailView>(
    run?.service ?? "orders",
    `redrive-runs/${run?.id ?? 0}`,
    {
      enabled: run !== undefined,
      everyMs: (told) => (told && isOver(told) ? 0 : watchedEveryMs),
    },
  );
}
