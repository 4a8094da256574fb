import { z } from "zod";
import { type CampaignResult, runRandom } from "./campaign.ts";
import { workLineOf } from "./shared-work.ts";

/** One of the programs that share the random histories of `bun run simulate`. */

const Share = z.object({
  mode: z.enum(["all", "safety", "liveness"]),
  seed: z.int(),
  runs: z.int(),
  minutes: z.number(),
  processes: z.int(),
  index: z.int(),
  keepGoing: z.boolean(),
});

const tellEveryMs = 1_000;

const { seed, runs, minutes, processes, index, mode, keepGoing } = Share.parse(
  JSON.parse(process.env.SIMULATION_SHARE ?? "{}"),
);
let toldMs = performance.now();
const tell = (result: CampaignResult) => console.log(JSON.stringify(workLineOf(result)));
const result = runRandom(
  {
    mode,
    seed: seed + index,
    step: processes,
    runs: Math.ceil((runs - index) / processes),
  },
  {
    untilMs: performance.now() + minutes * 60_000,
    keepGoing,
    progress(sofar) {
      if (performance.now() - toldMs < tellEveryMs) return;
      toldMs = performance.now();
      tell(sofar);
    },
  },
);
tell(result);
