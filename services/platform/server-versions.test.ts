import { describe, expect, test } from "bun:test";
import { systemClock } from "./clock.ts";
import { openJetStream } from "./messaging/jetstream-broker.ts";
import { migrate } from "./migrate.ts";
import { openPool } from "./postgres.ts";
import {
  natsVersionMin,
  postgresVersion,
  requireNats,
  requirePostgres,
  ServerTooOld,
} from "./server-versions.ts";
import { temporaryDatabase } from "./testing/database.ts";
import { temporaryBroker } from "./testing/nats.ts";
import { tcpProxy } from "./testing/tcp-proxy.ts";

/** Puts a text of the same length in the place of one that a server says. */
const saying = (before: string, after: string) => (piece: Buffer) =>
  Buffer.from(piece.toString("latin1").replaceAll(before, after), "latin1");

describe("requireNats", () => {
  test.each([natsVersionMin, "2.12.3", "2.14.0-beta.1", "3.0.0"])("takes %s", (version) => {
    expect(() => requireNats(version)).not.toThrow();
  });

  test.each(["2.9.10", "2.11.99", "2.12.0-RC.1", "1.99.99", "dev", "", undefined])(
    "refuses %s and says what is needed",
    (version) => {
      expect(() => requireNats(version)).toThrow(ServerTooOld);
      expect(() => requireNats(version)).toThrow("needed is 2.12.0 or newer");
    },
  );
});

describe("requirePostgres", () => {
  test.each(["15.0", "15.4 (Debian 15.4-2)", "18.4", "19beta1"])("takes %s", (version) => {
    expect(() => requirePostgres(version)).not.toThrow();
  });

  test.each(["14.12 (Ubuntu 14.12-1)", "9.6.24", "unknown", ""])("refuses %j", (version) => {
    expect(() => requirePostgres(version)).toThrow(ServerTooOld);
    expect(() => requirePostgres(version)).toThrow("needed is 15 or newer");
  });
});

describe("a server that is too old", () => {
  test("is refused by the broker's connection, and each use says why", async () => {
    await using nats = await temporaryBroker();
    await using proxy = await tcpProxy({
      target: nats.url,
      rewriteToClient: (piece) =>
        Buffer.from(piece.toString("latin1").replace(/"version":"\d/, '"version":"1'), "latin1"),
    });
    const broker = openJetStream({
      servers: [proxy.through(nats.url)],
      name: "test",
      clock: systemClock,
    });

    await expect(broker.connection(5_000)).rejects.toThrow(/nats-server 1\.\S+ is too old/);

    expect(broker.connected()).toBe(false);
    const publishing = broker.publish({
      subject: "a.b",
      headers: "",
      payload: new Uint8Array(),
    });
    await expect(publishing).rejects.toThrow("needed is 2.12.0 or newer");
    await broker.close();
  });

  test("is refused before a migration touches it", async () => {
    await using database = await temporaryDatabase("orders");
    const pool = openPool({ url: database.url, connectionsMax: 1, name: "test" });
    const version = await postgresVersion(pool);
    const old = version.replace(/^\d\d/, "14");
    await using proxy = await tcpProxy({
      target: database.url,
      rewriteToClient: saying(version, old),
    });

    await expect(migrate(proxy.through(database.url), [])).rejects.toThrow(
      `Postgres ${old} is too old: needed is 15 or newer`,
    );
    await pool.close(1_000);
  });
});
