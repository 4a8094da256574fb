import { describe, expect, test } from "bun:test";
import { emailKeyOf } from "./email.ts";

describe("emailKeyOf", () => {
  test.each([
    ["ada@example.com", "ada@example.com"],
    ["Ada.Lovelace+news@Example.COM", "ada.lovelace+news@example.com"],
    ["a!#$%&'*+/=?^_`{|}~-@x.example", "a!#$%&'*+/=?^_`{|}~-@x.example"],
    ["ada@BÜCHER.example", "ada@xn--bcher-kva.example"],
    ["ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"],
    ["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
    ["ｊösé@example.com", "jösé@example.com"],
    ["josé@example.com", "josé@example.com"],
    ["אדה@example.com", "אדה@example.com"],
    ["123@123.example", "123@123.example"],
  ])("makes one form of %s", (email, key) => {
    expect(emailKeyOf(email)).toBe(key);
    expect(emailKeyOf(key)).toBe(key);
  });

  test.each([
    "",
    "ada",
    "@example.com",
    "ada@",
    "ada@example",
    "ada@localhost",
    "ada@@example.com",
    "ada@example.com@evil.example",
    "a da@example.com",
    "ada@exam ple.com",
    ".ada@example.com",
    "ada.@example.com",
    "a..da@example.com",
    '"ada"@example.com',
    "ada@[127.0.0.1]",
    "ada@127.0.0.1",
    "ada@0x7f.1",
    "ada@-example.com",
    "ada@example-.com",
    "ada@example..com",
    "ada@example.com.",
    "ada@example.com/evil",
    "ada@example.com:80",
    "ada@exa%6dple.com",
    "ada\n@example.com",
    "ada@example.com\n",
    "Ada <ada@example.com>",
    "ada,eve@example.com",
    "ada\u200b@example.com",
    "ada@exam\u202eple.com",
    "ada\0@example.com",
    "\ud800@example.com",
    `${"x".repeat(65)}@example.com`,
    `ada@${"x".repeat(64)}.com`,
    `ada@${"x.".repeat(130)}com`,
    "x".repeat(10_000),
  ])("takes %j for no address", (email) => {
    expect(emailKeyOf(email)).toBeUndefined();
  });
});
