import { describe, expect, test } from "bun:test";
import { callerAddress, isNetwork, networkOf } from "./caller-address.ts";
import { contextOf } from "./request-context.ts";
import { servedHttp } from "./testing/served-http.ts";

const through = (trusted: readonly string[], peer: string | undefined, forwarded?: string) =>
  callerAddress(trusted)(
    peer,
    new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
  );

describe("the address of a caller", () => {
  const trusted = ["198.18.0.0/15", "192.0.2.7", "fd00::/8"];

  test.each<[string, string | undefined, string | undefined]>([
    // Who holds the connection is no proxy of ours: whatever it says counts for nothing.
    ["203.0.113.5", "203.0.113.5", "198.51.100.1"],
    ["198.51.100.1", "198.18.2.3", "198.51.100.1"],
    ["198.51.100.1", "::ffff:198.18.2.3", "198.51.100.1"],
    ["198.51.100.1", "fd12::1", "198.51.100.1"],
    ["2001:db8::1", "198.18.2.3", " 2001:db8::1 "],
    // The caller made up what stands before its own address.
    ["198.51.100.1", "198.18.2.3", "1.1.1.1, 198.18.9.9, 198.51.100.1, 192.0.2.7, 198.18.0.1"],
    // A proxy of ours calls by itself.
    ["198.18.0.1", "198.18.2.3", "198.18.0.1"],
    ["198.18.2.3", "198.18.2.3", undefined],
    ["198.18.2.3", "198.18.2.3", ""],
    ["198.18.2.3", "198.18.2.3", "198.51.100.1, nonsense"],
    ["198.18.0.1", "198.18.2.3", "198.51.100.1:80, 198.18.0.1"],
    ["unknown", undefined, "198.51.100.1"],
  ])("is %s for the peer %s that sends %p", (caller, peer, forwarded) => {
    expect(through(trusted, peer, forwarded)).toBe(caller);
  });

  test("is the peer's where no proxy is trusted", () => {
    expect(through([], "198.18.2.3", "198.51.100.1")).toBe("198.18.2.3");
  });

  test("is looked for among the last ten proxies and no further", () => {
    const long = ["198.51.100.1", ...Array.from({ length: 500 }, () => "198.18.0.1")].join(",");

    expect(through(trusted, "198.18.2.3", long)).toBe("198.18.0.1");
  });
});

test("a request is known by the address that a trusted proxy gives, and by no other", async () => {
  const asked = async (trusted: readonly string[]) => {
    await using served = servedHttp({
      callerAddress: callerAddress(trusted),
      handlers: [(request) => new Response(contextOf(request).address)],
    });
    const headers = { "x-forwarded-for": "198.51.100.1" };
    return (await fetch(served.server.url, { headers })).text();
  };

  expect(await asked(["127.0.0.1"])).toBe("198.51.100.1");
  expect(await asked(["198.18.0.0/15"])).toBe("127.0.0.1");
});

describe("a network", () => {
  test.each(["198.18.0.1", "198.18.0.0/15", "0.0.0.0/0", "::1", "fd00::/8", "::/128"])(
    "is %s",
    (text) => {
      expect(isNetwork(text)).toBe(true);
    },
  );

  test.each([
    "",
    "198.18.0",
    "198.18.0.0/33",
    "198.18.0.0/",
    "198.18.0.0/15/8",
    "fd00::/129",
    "host",
    "198.18.0.0/-1",
  ])("is not %p", (text) => {
    expect(isNetwork(text)).toBe(false);
  });
});

describe("networkOf", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:DB8:0:0:1:2:3:4", "2001:db8:0:0"],
    ["2001:0db8:0000:00ff::", "2001:db8:0:ff"],
    ["2001:db8:1:2:3::", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["unknown", "unknown"],
  ])("counts %s as %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
