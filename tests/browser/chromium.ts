import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findBrowser } from "@app/dev/browser.ts";
import { type ManagedServer, startServer } from "@app/dev/infrastructure/managed-server.ts";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { scratchDirectory } from "@app/dev/test-infrastructure/scratch.ts";
import { type Browser, type ConnectOverCDPTransport, chromium } from "playwright-core";
import { patience } from "./patience.ts";

const START_DEADLINE_MS = 60_000;
const CONNECT_DEADLINE_MS = 60_000;
const STOP_GRACE_MS = 3_000;

/**
 * This process's browser, started by the first who asks. It is guarded like every server that tests
 * start: it ends with this process, however that ends, and leaves nothing behind.
 */
export function openBrowser(): Promise<Browser> {
  browser ??= start();
  return browser;
}

let browser: Promise<Browser> | undefined;

async function start(): Promise<Browser> {
  const program = findBrowser();
  if (!program) throw new Error("no Chromium here");
  const server = await startChromium(program);
  // Playwright's own launcher and its WebSocket are made for Node; with this transport it runs on
  // Bun alone, and our guard instead of its own answers for the process.
  const transport = await cdpTransport(await debuggerUrl(server.port));
  return chromium.connectOverCDP(transport, {
    isLocal: true,
    timeout: CONNECT_DEADLINE_MS * patience,
  });
}

async function startChromium(program: string): Promise<ManagedServer> {
  const directory = join(scratchDirectory(), "browsers", crypto.randomUUID());
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  return startServer({
    name: "chromium",
    port,
    logFile: join(directory, "chromium.log"),
    command: [program, ...switches({ port, profile: join(directory, "profile") })],
    stopSignal: "SIGTERM",
    stopGraceMs: STOP_GRACE_MS,
    startDeadlineMs: START_DEADLINE_MS * patience,
    isReady: async () => Boolean(await debuggerUrl(port)),
    stage: "program",
    throwAway: directory,
  });
}

function switches({ port, profile }: { port: number; profile: string }): string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    ...(process.env.HEADED ? [] : ["--headless=new"]),
    `--remote-debugging-port=${port}`,
    `--user-data-dir=${profile}`,
    // The pages are ours, and root has no sandbox to offer.
    ...(isRoot ? ["--no-sandbox"] : []),
    "--no-first-run",
    "--no-default-browser-check",
    // Containers give /dev/shm 64 MB.
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    // Nothing that asks the internet by itself.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,OptimizationHints,PaintHolding,Translate",
    // A page in the background behaves as one in front: tests look at several at once.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-back-forward-cache",
    "--disable-ipc-flooding-protection",
    "--disable-hang-monitor",
    "--disable-prompt-on-repost",
    "--disable-search-engine-choice-screen",
    "--password-store=basic",
    "--use-mock-keychain",
    "--force-color-profile=srgb",
    "--mute-audio",
    "about:blank",
  ];
}

async function debuggerUrl(port: number): Promise<string> {
  const signal = AbortSignal.timeout(CONNECT_DEADLINE_MS);
  const answer = await fetch(`http://127.0.0.1:${port}/json/version`, { signal });
  const { webSocketDebuggerUrl } = (await answer.json()) as { webSocketDebuggerUrl: string };
  return webSocketDebuggerUrl;
}

async function cdpTransport(url: string): Promise<ConnectOverCDPTransport> {
  const socket = new WebSocket(url);
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.reject(new Error(`cannot connect to ${url}`)));
  await opened.promise;
  const transport: ConnectOverCDPTransport = {
    send: (message) => socket.send(JSON.stringify(message)),
    close: () => socket.close(),
  };
  socket.addEventListener("message", ({ data }) => transport.onmessage?.(JSON.parse(String(data))));
  socket.addEventListener("close", ({ reason }) => transport.onclose?.(reason));
  return transport;
}
