import { createServer, type Server, type Socket, connect as tcpConnect } from "node:net";
import { freePort } from "@app/dev/infrastructure/ports.ts";

/**
 * What lies between client and server. In a black hole bytes and closings travel nowhere and
 * nobody is told; when it ends they arrive after all, as TCP would repeat them.
 */
export type Fault =
  | "none"
  /** New connections are refused; the present ones go on. */
  | "refuse"
  | "black-hole"
  /** One direction only: the server no longer hears, or is no longer heard. */
  | "black-hole-to-server"
  | "black-hole-to-client";

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** The same URL by way of the proxy. */
  through(url: string): string;
  set(fault: Fault): Promise<void>;
  /** From now on every piece arrives so much later, in both directions. */
  delay(latencyMs: number): void;
  /** Ends the present connections at once, as a router that forgot them. */
  cut(): void;
  /** Ends each present connection in the middle of the next piece that it carries, in either direction. */
  tear(): void;
  readonly connections: number;
  /** How many connections were torn so far. */
  readonly torn: number;
}

export interface TcpProxyOptions {
  readonly target: string | URL;
  /** Changes what the server says, piece by piece, to something of the same length. */
  readonly rewriteToClient?: (piece: Buffer) => Buffer;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  torn: boolean;
}

/** Stands between a client and one server on 127.0.0.1, and spoils the connection on demand. */
export async function tcpProxy({ target, rewriteToClient }: TcpProxyOptions): Promise<TcpProxy> {
  const to = new URL(target);
  const pairs = new Set<Pair>();
  let fault: Fault = "none";
  let latencyMs = 0;
  let torn = 0;

  const obey = ({ client, server }: Pair) => {
    flow(client, fault !== "black-hole" && fault !== "black-hole-to-server");
    flow(server, fault !== "black-hole" && fault !== "black-hole-to-client");
  };
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = tcpConnect({ host: to.hostname, port: Number(to.port), allowHalfOpen: true });
    const pair: Pair = { client, server, torn: false };
    pairs.add(pair);
    const close = () => {
      client.destroy();
      server.destroy();
      pairs.delete(pair);
    };
    const end = () => {
      if (pairs.has(pair)) torn += 1;
      close();
    };
    const way = { latencyMs: () => latencyMs, isTorn: () => pair.torn, end };
    forward(client, server, way);
    forward(server, client, { ...way, rewrite: rewriteToClient });
    for (const socket of [client, server]) socket.on("close", close);
    obey(pair);
  });
  // Not one that the kernel lends to outgoing connections: after `refuse` it has to be free again.
  const port = await listen(listener, await freePort());

  return {
    port,
    through(url) {
      const changed = new URL(url);
      changed.host = `127.0.0.1:${port}`;
      return changed.href;
    },
    async set(next) {
      const before = fault;
      fault = next;
      for (const pair of pairs) obey(pair);
      if (next === "refuse" && before !== "refuse") listener.close();
      if (next !== "refuse" && before === "refuse") await listen(listener, port);
    },
    delay(ms) {
      latencyMs = ms;
    },
    cut() {
      for (const pair of pairs) reset(pair);
    },
    tear() {
      for (const pair of pairs) pair.torn = true;
    },
    get connections() {
      return pairs.size;
    },
    get torn() {
      return torn;
    },
    async [Symbol.asyncDispose]() {
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      if (listener.listening) listener.close();
    },
  };
}

function reset({ client, server }: Pair): void {
  client.resetAndDestroy();
  server.resetAndDestroy();
}

function flow(socket: Socket, passes: boolean): void {
  if (passes) socket.resume();
  else socket.pause();
}

interface Flow {
  readonly latencyMs: () => number;
  readonly rewrite?: ((piece: Buffer) => Buffer) | undefined;
  /** The next piece is the last, and only half of it arrives. */
  readonly isTorn: () => boolean;
  readonly end: () => void;
}

/** Passes on what `from` says, each piece after its latency and never before the one in front. */
function forward(
  from: Socket,
  to: Socket,
  { latencyMs, rewrite = (piece) => piece, isTorn, end }: Flow,
): void {
  let last = Promise.resolve();
  const inTurn = (pass: () => void) => {
    const dueMs = performance.now() + latencyMs();
    last = last.then(async () => {
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await Bun.sleep(waitMs);
      if (!to.destroyed) pass();
    });
  };
  const pass = (piece: Buffer) => {
    if (isTorn()) to.end(piece.subarray(0, piece.length / 2), end);
    else to.write(piece);
  };
  from.on("data", (piece: Buffer) => inTurn(() => pass(rewrite(piece))));
  from.on("end", () => inTurn(() => to.end()));
  // What went wrong on one side shows on the other as its closing.
  from.on("error", () => from.destroy());
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port"));
      else resolve(address.port);
    });
  });
}
