import { describe, expect, test } from "bun:test";
import { cpSync, existsSync, rmSync } from "node:fs";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "nats";
import { temporaryBroker } from "./nats.ts";

describe("temporaryBroker", () => {
  test("two brokers know nothing of each other", async () => {
    await using one = await temporaryBroker();
    await using other = await temporaryBroker();

    await withStream(one.url, (connection) => jetstream(connection).publish("orders.1"));

    expect(await namesOfStreams(one.url)).toEqual(["ORDERS"]);
    expect(await namesOfStreams(other.url)).toEqual([]);
  });

  test("keeps its port and data over a kill, and takes back an older copy of its store", async () => {
    await using broker = await temporaryBroker();
    await withStream(broker.url, (connection) => jetstream(connection).publish("orders.1"));
    await broker.server.stop();
    const copy = `${broker.storeDir}.copy`;
    cpSync(broker.storeDir, copy, { recursive: true });
    await broker.server.restart();
    await withStream(broker.url, (connection) => jetstream(connection).publish("orders.2"));

    await broker.server.kill();
    await broker.server.restart();
    expect(await lastSequence(broker.url)).toBe(2);

    await broker.server.stop();
    rmSync(broker.storeDir, { recursive: true });
    cpSync(copy, broker.storeDir, { recursive: true });
    await broker.server.restart();
    expect(await lastSequence(broker.url)).toBe(1);
  });

  test("leaves nothing behind", async () => {
    const broker = await temporaryBroker();

    await broker[Symbol.asyncDispose]();

    expect(existsSync(broker.storeDir)).toBe(false);
    expect(await broker.server.exited).toBeDefined();
  });
});

async function withStream<Result>(
  url: string,
  work: (connection: Awaited<ReturnType<typeof connect>>) => Promise<Result>,
): Promise<Result> {
  const connection = await connect({ servers: url });
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: "ORDERS", subjects: ["orders.>"] });
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function namesOfStreams(url: string): Promise<string[]> {
  const connection = await connect({ servers: url });
  try {
    const manager = await jetstreamManager(connection);
    return await Array.fromAsync(manager.streams.names());
  } finally {
    await connection.close();
  }
}

const lastSequence = (url: string) =>
  withStream(url, async (connection) => {
    const manager = await jetstreamManager(connection);
    return (await manager.streams.info("ORDERS")).state.last_seq;
  });
