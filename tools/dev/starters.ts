import { basename } from "node:path";
import { commandOf, identify, isAlive, parentOf } from "./infrastructure/process-tree.ts";

const POLL_MS = 250;
const DEPTH_MAX = 12;
const RUNNERS: ReadonlySet<string> = new Set(["bun", "bunx", "npx", "npm", "pnpm", "yarn"]);

/**
 * Calls `onGone` once, as soon as one of the programs ends that stand between this process and
 * whoever typed its command (`npx`, `bun run`, their shells). Killed by -9, they cannot pass it on.
 * The shell or session above them may end: that is what `nohup` is for.
 */
export function onStarterGone(onGone: () => void): Disposable {
  const starters = startersOf(process.pid).map(identify);
  const timer = setInterval(() => {
    if (starters.every((starter) => starter && isAlive(starter))) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The pids above a process up to the highest that runs scripts for others, nearest first. */
export function startersOf(pid: number): number[] {
  const chain: number[] = [];
  let highest = 0;
  let above = parentOf(pid);
  while (above !== undefined && above > 1 && chain.length < DEPTH_MAX) {
    const command = commandOf(above);
    if (!isRunner(command) && !isShell(command)) break;
    chain.push(above);
    if (isRunner(command)) highest = chain.length;
    above = parentOf(above);
  }
  return chain.slice(0, highest);
}

/** Reads a command line whose words the kernel parts by NUL and `ps` by spaces. */
function isRunner(command: string): boolean {
  const [program = "", script = ""] = words(command);
  const name = program === "node" ? script.replace(/(?:-cli)?\.[cm]?js$/, "") : program;
  return RUNNERS.has(name);
}

function isShell(command: string): boolean {
  return /^-?(?:ba|da|z)?sh$/.test(words(command)[0] ?? "");
}

function words(command: string): string[] {
  return command
    .split(/[\0 ]+/)
    .slice(0, 2)
    .map((word) => basename(word, ".exe"));
}
