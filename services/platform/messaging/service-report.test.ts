import { expect, test } from "bun:test";
import { peerReport } from "./service-report.ts";

test.each(["", "/", "/inventory", "/inventory/"])(
  "a peer is asked under the path that leads to it: %j",
  async (path) => {
    const asked: string[] = [];
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: ({ url }) => {
        asked.push(new URL(url).pathname);
        return Response.json({ code: "forbidden", detail: "not for you" }, { status: 403 });
      },
    });
    const url = `http://127.0.0.1:${server.port}${path}`;

    const report = await peerReport({ service: "inventory", url, authorization: null }, []);

    expect(report).toMatchObject({ kind: "silent", problem: "not for you" });
    const base = path.replace(/\/$/, "");
    const known = ["/healthz", "/ops/v1/outbox", "/ops/v1/consumers"].map((name) => base + name);
    expect(asked).not.toBeEmpty();
    expect(known).toEqual(expect.arrayContaining(asked));
  },
);
