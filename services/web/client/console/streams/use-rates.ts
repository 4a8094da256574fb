import { useEffect, useState } from "react";
import type { KnownStream } from "./known-streams.ts";
import { rateOf, type Sample, withSample } from "./rates.ts";

/** How many messages a second come to each stream, over the last seconds of this page. */
export function useRates(streams: readonly KnownStream[]): ReadonlyMap<string, number> {
  const [samples, setSamples] = useState<ReadonlyMap<string, readonly Sample[]>>(new Map());
  const seen = JSON.stringify(
    streams.flatMap(({ stream, at }) =>
      stream.state ? [[stream.name, { at, lastSequence: stream.state.lastSequence }]] : [],
    ),
  );
  useEffect(() => {
    const now = JSON.parse(seen) as readonly (readonly [string, Sample])[];
    setSamples(
      (before) =>
        new Map(now.map(([name, sample]) => [name, withSample(before.get(name) ?? [], sample)])),
    );
  }, [seen]);
  return new Map(
    [...samples].flatMap(([name, of]) => {
      const rate = rateOf(of);
      return rate === undefined ? [] : [[name, rate] as const];
    }),
  );
}
