import { cacheOf, type Release, staleCaches } from "./offline/release.ts";
import { planFor, type WorkerPlan } from "./offline/worker-plan.ts";

/** Put in by the build. A worker belongs to one release, and changes with it. */
declare const RELEASE: Release;
const release = RELEASE;

const PAGE = "/";
/** A page that does not come in this time is taken from what is kept: at a door nobody waits for bars. */
const PAGE_WAIT_MS = 4_000;
/** Answers vary by what a browser accepts, and this is one browser. */
const anyForm = { ignoreVary: true };

/** The parts of the worker's world that are used here; TypeScript's own exclude those of pages. */
interface Worker {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(
    type: "install" | "activate" | "fetch",
    listener: (event: WorkerEvent) => void,
  ): void;
}

interface WorkerEvent {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

const worker = globalThis as unknown as Worker;

// A release is whole or is not kept, and then the one before goes on.
worker.addEventListener("install", (event) => {
  event.waitUntil(keepRelease().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const plan = planFor(request, worker.location.origin);
  if (plan !== "pass") event.respondWith(answers[plan](request));
});

const answers: Readonly<
  Record<Exclude<WorkerPlan, "pass">, (request: Request) => Promise<Response>>
> = {
  // One page stands at every address of the app.
  page: (request) => fresh(request, PAGE),
  icon: (request) => fresh(request, request.url),
  asset: async (request) => (await caches.match(request.url, anyForm)) ?? fetch(request),
};

/** What the network says, so that no release is missed; what is kept when it says nothing useful. */
async function fresh(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(cacheOf(release));
  const kept = await cache.match(path, anyForm);
  if (kept === undefined) return fetch(request);
  const answer = await Promise.race([fetch(request).catch(() => undefined), silence()]);
  // A proxy in front answers for a web service that is away.
  return answer === undefined || answer.status >= 500 ? kept : answer;
}

const silence = () =>
  new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PAGE_WAIT_MS));

async function keepRelease(): Promise<void> {
  // The address of the page is JSON or nothing for a script that does not ask for a page.
  const page = await fetch(PAGE, { headers: { accept: "text/html" }, cache: "no-cache" });
  // While a release is rolled out another replica may still answer with its own.
  if (!page.ok || !(await page.clone().text()).includes(release.script))
    throw new Error("the page is of another release");
  const cache = await caches.open(cacheOf(release));
  await cache.addAll([...release.files]);
  // Last, because it stands for all the others.
  await cache.put(PAGE, page);
}

async function dropOlder(): Promise<void> {
  const stale = staleCaches(await caches.keys(), release);
  await Promise.all(stale.map((name) => caches.delete(name)));
}
