// Below the range from which the kernels of Linux and macOS lend ports to outgoing connections:
// a server that restarts finds its port still free.
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES_MAX = 200;
const RANGE = "QUICKBITE_TEST_PORTS";

/**
 * The environment in which a program draws its ports from one of `count` equal shares of the range:
 * what a test stopped and starts again must not find its port with a test of another run.
 */
export function portsEnvironment(index: number, count: number): Record<string, string> {
  const share = Math.floor((HIGHEST - LOWEST) / count);
  const first = LOWEST + index * share;
  return { [RANGE]: `${first}-${first + share}` };
}

const [, first, last] = /^(\d+)-(\d+)$/.exec(process.env[RANGE] ?? "") ?? [];
const FIRST = Number(first ?? LOWEST);
const LAST = Number(last ?? HIGHEST);

/** Ports that were given out: whoever asked may not listen yet, and who stopped may start again. */
const given = new Set<number>();

/** A port on 127.0.0.1 that nobody listens on right now, and that this process was not given before. */
export async function freePort(): Promise<number> {
  if (given.size > (LAST - FIRST) / 2) given.clear();
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on 127.0.0.1 in ${TRIES_MAX} tries`);
}

/** The usual port when it is free, else any free one. */
export async function freePortNear(usual: number): Promise<number> {
  return (await isFree(usual)) ? usual : freePort();
}

export async function isFree(port: number): Promise<boolean> {
  // Where a server listens on all addresses, macOS still lets another one take 127.0.0.1.
  return canListen(port) && !(await answers(port));
}

function canListen(port: number): boolean {
  try {
    Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => undefined } }).stop(true);
    return true;
  } catch {
    return false; // Taken, or not allowed to this user: either way not a port to use.
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: { data: () => undefined, connectError: () => undefined },
    });
    socket.end();
    return true;
  } catch {
    return false; // Refused: nobody is there.
  }
}
