import type { ManagedServer } from "../infrastructure/managed-server.ts";

export type UnitState = "starting" | "ready" | "degraded" | "paused" | "down" | "stopped";

/** How something that is supervised is doing. */
export interface UnitStatus {
  readonly state: UnitState;
  /** Why it is not ready. */
  readonly detail?: string;
  /** How long the present start took. */
  readonly startMs?: number;
}

export interface UnitSettings {
  readonly name: string;
  /** Starts it for the first time. It is restarted on the same port and data ever after. */
  readonly launch: () => Promise<ManagedServer>;
  /** Asked once a second while it runs. */
  readonly probe?: () => Promise<UnitStatus>;
  readonly onChange: (unit: Unit) => void;
}

/** A server or service that is kept running: when it ends by itself, it is started again. */
export interface Unit {
  readonly name: string;
  readonly status: UnitStatus;
  readonly pid: number | undefined;
  /** Starts it anew, also when it was stopped. */
  restart(): void;
  stop(): void;
  /** Freezes it and all its processes for a while. */
  pauseFor(ms: number): void;
  /** Kills it, and starts it again only after a while. */
  crashFor(ms: number): void;
  /** Resolves with its first `ready`. */
  readonly firstReady: Promise<void>;
  /** Stops it for good. */
  end(): Promise<void>;
  /** Kills it for good. */
  kill(): Promise<void>;
}

const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 5_000;
// One that ran this long starts with a clean record.
const STEADY_MS = 10_000;
const PROBE_EVERY_MS = 1_000;

type Wish = "run" | "restart" | "stop" | "end";

export function supervise(settings: UnitSettings): Unit {
  let server: ManagedServer | undefined;
  let running = false;
  let wish: Wish = "run";
  let status: UnitStatus = { state: "starting" };
  let failures = 0;
  let notBefore = 0;
  let thaw: Timer | undefined;
  let changed = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();

  const wake = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const ask = (next: Wish) => {
    if (wish === "end") return;
    wish = next;
    failures = 0;
    notBefore = 0;
    wake();
  };
  const become = (next: UnitStatus) => {
    const isNews = next.state !== status.state || next.detail !== status.detail;
    status = next;
    if (next.state === "ready") first.resolve();
    if (isNews) settings.onChange(unit);
  };
  const waitAtMost = (ms: number, poked: Promise<void>) => {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    return Promise.race([late.promise, poked]).finally(() => clearTimeout(timer));
  };

  const launch = async () => {
    become({ state: "starting" });
    try {
      if (server) await server.restart();
      else server = await settings.launch();
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
      return;
    }
    running = true;
    const readyAt = performance.now();
    void server.exited.then(({ code, signal }) => {
      running = false;
      if (performance.now() - readyAt > STEADY_MS) failures = 0;
      if (wish === "run") failed(`ended (${signal ?? `exit code ${code}`})`);
      wake();
    });
    become({ state: "ready", startMs: server.startMs });
  };
  const failed = (why: string) => {
    clearTimeout(thaw);
    const backOffMs = Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS);
    failures += 1;
    notBefore = Math.max(notBefore, performance.now() + backOffMs);
    if (wish !== "end") become({ state: "down", detail: why });
  };
  const halt = async () => {
    clearTimeout(thaw);
    await server?.stop();
    running = false;
  };

  const keepRunning = async () => {
    while (wish !== "end") {
      const poked = changed.promise;
      if (wish === "restart") {
        await halt();
        // A later wish may have come meanwhile.
        if (wish === "restart") wish = "run";
      } else if (wish === "stop") {
        await halt();
        become({ state: "stopped" });
        await poked;
      } else if (!running) {
        const waitMs = notBefore - performance.now();
        if (waitMs > 0) await waitAtMost(waitMs, poked);
        else await launch();
      } else {
        await waitAtMost(PROBE_EVERY_MS, poked);
        await look();
      }
    }
  };
  const look = async () => {
    const isUp = () => running && wish === "run" && status.state !== "paused";
    if (!settings.probe || !isUp()) return;
    const found = await settings.probe();
    const { startMs } = status;
    if (isUp()) become({ ...found, ...(startMs !== undefined && { startMs }) });
  };

  const unit: Unit = {
    name: settings.name,
    get status() {
      return status;
    },
    get pid() {
      return running ? server?.pid : undefined;
    },
    firstReady: first.promise,
    restart: () => ask("restart"),
    stop: () => ask("stop"),
    pauseFor(ms) {
      if (!running || !server) return;
      const paused = server;
      const { startMs } = status;
      paused.pause();
      become({ state: "paused", detail: `for ${ms / 1_000} s` });
      clearTimeout(thaw);
      thaw = setTimeout(() => {
        paused.resume();
        if (running) become({ state: "ready", ...(startMs !== undefined && { startMs }) });
      }, ms);
    },
    crashFor(ms) {
      notBefore = performance.now() + ms;
      void server?.kill();
    },
    async end() {
      ask("end");
      clearTimeout(thaw);
      await Promise.all([server?.[Symbol.asyncDispose](), ended]);
      // A start that was under way may have come to its end only now.
      await server?.[Symbol.asyncDispose]();
    },
    async kill() {
      ask("end");
      await server?.kill();
    },
  };
  const ended = keepRunning();
  return unit;
}
