import { describe, expect, test } from "bun:test";
import { createServer, type Socket, connect as tcpConnect } from "node:net";
import { eventually } from "./eventually.ts";
import { tcpProxy } from "./tcp-proxy.ts";

/** A server that says everything back, behind a proxy. */
async function world() {
  const stack = new AsyncDisposableStack();
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (piece: Buffer) => {
      heard.push(piece.toString());
      socket.write(piece);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  stack.defer(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const proxy = stack.use(await tcpProxy({ target: `tcp://127.0.0.1:${address.port}` }));

  const connect = async (port = proxy.port) => {
    const said: string[] = [];
    let closed = false;
    const socket = await new Promise<Socket>((resolve, reject) => {
      const opening = tcpConnect({ host: "127.0.0.1", port }, () => resolve(opening));
      opening.on("error", reject);
    });
    stack.defer(() => void socket.destroy());
    socket.on("data", (piece: Buffer) => void said.push(piece.toString()));
    socket.on("close", () => {
      closed = true;
    });
    return { say: (text: string) => socket.write(text), said, closed: () => closed };
  };
  /** Long enough for whatever passes to have passed: the server answers another client meanwhile. */
  const roundTrip = async () => {
    const direct = await connect(address.port);
    direct.say("direct");
    await eventually(() => expect(direct.said).toEqual(["direct"]));
    heard.splice(heard.indexOf("direct"), 1);
  };
  return { proxy, heard, connect, roundTrip, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("tcpProxy", () => {
  test("passes everything on while nothing is wrong", async () => {
    await using net = await world();
    const client = await net.connect();

    client.say("hello");

    await eventually(() => expect(client.said).toEqual(["hello"]));
    expect(net.proxy.connections).toBe(1);
  });

  test("swallows both directions and closes nothing, and delivers it all afterwards", async () => {
    await using net = await world();
    const [lost, other] = [await net.connect(), await net.connect()];
    await net.proxy.set("black-hole");

    lost.say("one");
    const late = await net.connect();
    late.say("two");
    other.say("three");
    await net.roundTrip();
    expect([net.heard, lost.said, late.said, lost.closed()]).toEqual([[], [], [], false]);

    await net.proxy.set("none");
    await eventually(() =>
      expect([lost.said, late.said, other.said]).toEqual([["one"], ["two"], ["three"]]),
    );
  });

  test("swallows one direction", async () => {
    await using net = await world();
    const client = await net.connect();
    await net.proxy.set("black-hole-to-client");

    client.say("heard");
    await eventually(() => expect(net.heard).toEqual(["heard"]));
    expect(client.said).toEqual([]);

    await net.proxy.set("black-hole-to-server");
    await eventually(() => expect(client.said).toEqual(["heard"]));
    client.say("unheard");
    await net.roundTrip();
    expect(net.heard).toEqual(["heard"]);
  });

  test("refuses new connections, keeps the present ones, and listens on the same port again", async () => {
    await using net = await world();
    const client = await net.connect();

    await net.proxy.set("refuse");
    await expect(net.connect()).rejects.toThrow(/ECONNREFUSED/);
    client.say("still here");
    await eventually(() => expect(client.said).toEqual(["still here"]));

    await net.proxy.set("none");
    expect((await net.connect()).closed()).toBe(false);
  });

  test("cuts what is connected and lets clients come back", async () => {
    await using net = await world();
    const client = await net.connect();
    client.say("hello");
    await eventually(() => expect(client.said).toEqual(["hello"]));

    net.proxy.cut();

    await eventually(() => expect(client.closed()).toBe(true));
    expect((await net.connect()).closed()).toBe(false);
  });

  test("tears a connection in the middle of a piece, and lets clients come back", async () => {
    await using net = await world();
    const client = await net.connect();

    net.proxy.tear();
    client.say("hello world");

    await eventually(() => expect(client.closed()).toBe(true));
    await eventually(() => expect(net.heard).toEqual(["hello"]));
    expect(net.proxy.torn).toBe(1);
    expect((await net.connect()).closed()).toBe(false);
  });

  test("lets every piece arrive later, in its order", async () => {
    await using net = await world();
    const client = await net.connect();
    net.proxy.delay(40);
    const startedMs = performance.now();

    client.say("slow");
    await net.roundTrip();
    client.say(" as it is");

    await eventually(() => expect(client.said.join("")).toBe("slow as it is"));
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(75);
  });
});
