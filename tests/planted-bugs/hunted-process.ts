import { join } from "node:path";
import type { Hunted } from "./hunt.ts";

const preload = join(import.meta.dir, "plant.ts");
const program = join(import.meta.dir, "hunt.ts");

export interface HuntOptions {
  /** The seed of the first history. */
  readonly seed: number;
  /** Histories at most. */
  readonly runs: number;
  /** The hunt is ended after so long, and has then failed. */
  readonly limitMs: number;
}

/** Hunts a bug in a process in which it is planted. Throws when that ends badly. */
export async function huntPlanted(
  bug: string,
  { seed, runs, limitMs }: HuntOptions,
): Promise<Hunted> {
  const hunting = Bun.spawn(
    [process.execPath, "--preload", preload, program, "--seed", `${seed}`, "--runs", `${runs}`],
    {
      env: { ...process.env, PLANTED_BUG: bug },
      stdout: "pipe",
      stderr: "pipe",
      timeout: limitMs,
      killSignal: "SIGKILL",
    },
  );
  const [printed, complaint] = await Promise.all([
    new Response(hunting.stdout).text(),
    new Response(hunting.stderr).text(),
  ]);
  const code = await hunting.exited;
  if (code !== 0) throw new Error(`the hunt of ${bug} ended with ${code}: ${complaint.trim()}`);
  return JSON.parse(printed);
}
