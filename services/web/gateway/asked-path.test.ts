import { describe, expect, test } from "bun:test";
import { askedPath } from "./asked-path.ts";

const at = (path: string) => askedPath(`http://quickbite.test${path}`);

describe("askedPath", () => {
  test.each([
    ["", "/", ""],
    ["/", "/", ""],
    ["/v1/orders?userId=ada&sku=a%2Fb", "/v1/orders", "?userId=ada&sku=a%2Fb"],
    ["/events/name/AC%2FDC", "/events/name/AC%2FDC", ""],
    ["/events/name/G%C3%B6tterd%C3%A4mmerung", "/events/name/G%C3%B6tterd%C3%A4mmerung", ""],
    ["/v1/items/a%20b", "/v1/items/a%20b", ""],
    ["/?next=//elsewhere.test/../x", "/", "?next=//elsewhere.test/../x"],
    ["/events#top", "/events", ""],
  ])("takes %s as it stands", (sent, path, query) => {
    expect(at(sent)).toEqual({ path, query });
  });

  test.each([
    ["an empty segment", "/v1//orders"],
    ["an empty first segment, which is a host elsewhere", "//elsewhere.test/v1/orders"],
    ["an encoded slash", "/v1%2forders"],
    ["an encoded backslash", "/v1/orders/..%5cops"],
    ["a backslash", "/v1\\orders"],
    ["an encoded way up", "/v1/orders/%2e%2e/items"],
    ["an encoded way up, in part", "/v1/orders/.%2E/items"],
    ["an encoded stand-still", "/v1/%2e/orders"],
    ["an encoded way up in a free text", "/events/name/%2e%2e"],
    ["a line break", "/v1/orders%0d%0aHost: elsewhere.test"],
    ["a NUL", "/v1/orders/1%00"],
    ["an escape that is none", "/v1/orders/%zz"],
    ["an escape that is no text", "/v1/orders/%ff"],
  ])("refuses %s", (_, sent) => {
    expect(at(sent)).toBeUndefined();
  });
});
