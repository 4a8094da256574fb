import { describe, expect, test } from "bun:test";
import { firstThatWorks, NothingWorked, NotOffered, type Reporter, type Way } from "./ways.ts";

const wanted = { name: "nats-server", advice: "Install it, or set NATS_URL." };

describe("firstThatWorks", () => {
  test("takes the first way that works, and logs only what was really tried before", async () => {
    const { lines, report } = recorder();

    const found = await firstThatWorks(
      wanted,
      [
        failing("NATS_SERVER_BIN", new NotOffered("not set")),
        failing("PATH", new Error("2.9.10 is too old")),
        { name: "cached copy", find: async () => "here" },
        failing("download", new Error("never asked")),
      ],
      report,
    );

    expect(found).toBe("here");
    expect(lines).toEqual(["nats-server: PATH: 2.9.10 is too old"]);
  });

  test("names every way tried and what to do when none works", async () => {
    const ways = [
      failing("PATH", new NotOffered("no nats-server on PATH")),
      failing("official release", new Error("no answer from github.com\nfor 5000 ms")),
    ];

    const failure = await firstThatWorks(wanted, ways, recorder().report).catch(
      (error: unknown) => error,
    );

    expect(failure).toBeInstanceOf(NothingWorked);
    expect(failure).toMatchObject({
      message: [
        "no nats-server could be found or fetched. Tried:",
        "  - PATH: no nats-server on PATH",
        "  - official release: no answer from github.com; for 5000 ms",
        "Install it, or set NATS_URL.",
      ].join("\n"),
    });
  });
});

function failing(name: string, error: Error): Way<string> {
  return { name, find: () => Promise.reject(error) };
}

function recorder(): { lines: string[]; report: Reporter } {
  const lines: string[] = [];
  return { lines, report: { log: (line) => lines.push(line), onProgress: () => undefined } };
}
