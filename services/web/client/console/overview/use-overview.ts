import type { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import { type Answer, useEveryService } from "../ask.ts";
import { summaryOf } from "./summary.ts";

/** How every service is, asked for all who want to know it at once. */
export function useOverview(): readonly Answer<OverviewView>[] {
  return useEveryService<OverviewView>("overview");
}

export function useSummary() {
  return summaryOf(useOverview());
}
