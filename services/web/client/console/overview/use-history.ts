import type { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import { useEffect } from "react";
import type { Answer } from "../ask.ts";
import { type Sample, withSample } from "./history.ts";
import { summaryOf } from "./summary.ts";

/** Of this browser tab, whatever page it shows: charts begin when the console was opened. */
let samples: readonly Sample[] = [];

/** Keeps what is told for as long as this is shown, and returns what was kept so far. */
export function useHistory(answers: readonly Answer<OverviewView>[]): readonly Sample[] {
  const sample = sampleOf(answers);
  useEffect(() => {
    if (sample.atMs > 0) samples = withSample(samples, sample);
  });
  return samples;
}

/** The numbers whose past is shown: those of the summary, and how far streams and consumers are. */
function sampleOf(answers: readonly Answer<OverviewView>[]): Sample {
  const { lastAt, oldestUnsent, largestLag, deadLetters, undecided, differences } =
    summaryOf(answers);
  const told = answers.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const positions = told.flatMap(({ streams, consumers }) => [
    ...(streams ?? []).map(({ stream, lastSequence }) => [stream, lastSequence] as const),
    ...consumers.map(({ consumer, broker }) => [consumer, broker?.ackFloor] as const),
  ]);
  return {
    atMs: lastAt,
    numbers: {
      ...Object.fromEntries(positions),
      "oldest unsent": oldestUnsent?.ageMs ?? 0,
      "largest lag": largestLag?.messages ?? 0,
      "dead letters": deadLetters,
      "stuck orders": undecided.count,
      differences,
    },
  };
}
