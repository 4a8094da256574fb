import type { Key, Menu } from "./keys.ts";
import { levels } from "./log-level.ts";
import type { LogView } from "./log-view.ts";
import type { Pages } from "./pages.ts";
import type { Unit } from "./supervise.ts";

export interface Bindings {
  readonly units: readonly Unit[];
  readonly logs: LogView;
  /** Where `o` and `c` go. */
  readonly pages: Pages | undefined;
  readonly showTable: () => void;
  readonly showHelp: () => void;
  readonly quit: () => void;
}

const FAULT_MS = 10_000;

/** What each key does while everything runs. */
export function keyBindings(on: Bindings): readonly Key[] {
  return [
    ...pageKeys(on),
    { key: "r", label: "restart one", press: () => restartMenu(on) },
    { key: "s", label: "stop or start one", press: () => stopMenu(on) },
    { key: "l", label: "filter the logs", press: () => logMenu(on) },
    { key: "f", label: "inject a fault", press: () => faultMenu(on) },
    { key: "t", label: "show the table again", press: act(on.showTable) },
    { key: "h", label: "help", press: act(on.showHelp) },
    { key: "q", label: "quit", press: act(on.quit) },
  ];
}

function pageKeys({ pages }: Bindings): readonly Key[] {
  if (!pages) return [];
  return [
    { key: "o", label: "open the web in the browser", press: act(() => open(pages.web)) },
    { key: "c", label: "open the console", press: act(() => open(pages.console)) },
  ];
}

const act = (work: () => void) => () => {
  work();
  return undefined;
};

function restartMenu({ units }: Bindings): Menu {
  return { title: "restart", keys: oneOf(units, (unit) => unit.restart()) };
}

function stopMenu({ units }: Bindings): Menu {
  const toggle = (unit: Unit) => (unit.status.state === "stopped" ? unit.restart() : unit.stop());
  return { title: "stop or start", keys: oneOf(units, toggle) };
}

function logMenu({ logs }: Bindings): Menu {
  const showOnly = (name: string | undefined) => {
    logs.only = name;
  };
  return {
    title: "logs of",
    keys: [
      { key: "a", label: "all", press: act(() => showOnly(undefined)) },
      ...oneOf(
        logs.names.map((name) => ({ name })),
        ({ name }) => showOnly(name),
      ),
      ...levels.map((level) => ({
        key: level.slice(0, 1),
        label: level,
        press: act(() => {
          logs.level = level;
        }),
      })),
    ],
  };
}

function faultMenu({ units }: Bindings): Menu {
  const seconds = FAULT_MS / 1_000;
  return {
    title: `fault for ${seconds} s`,
    keys: [
      {
        key: "p",
        label: "pause",
        press: () => ({ title: "pause", keys: oneOf(units, (unit) => unit.pauseFor(FAULT_MS)) }),
      },
      {
        key: "k",
        label: "kill",
        press: () => ({ title: "kill", keys: oneOf(units, (unit) => unit.crashFor(FAULT_MS)) }),
      },
    ],
  };
}

/** For as many as a cluster runs; none of them means something else in a menu that has these. */
const KEYS = [..."123456789bcfghjklmnopqrstuvxyz"];

/** By number, and then by letter. */
function oneOf<Named extends { readonly name: string }>(
  all: readonly Named[],
  choose: (one: Named) => void,
): Key[] {
  return all.slice(0, KEYS.length).map((one, index) => ({
    key: KEYS[index] ?? "",
    label: one.name,
    press: act(() => choose(one)),
  }));
}

function open(url: string): void {
  const program = process.platform === "darwin" ? "open" : "xdg-open";
  if (!Bun.which(program)) return;
  Bun.spawn([program, url], { stdio: ["ignore", "ignore", "ignore"] }).unref();
}
