import { describe, expect, test } from "bun:test";
import { authorizationOnward, presentedToken, requireSameOrigin } from "./auth-cookie.ts";
import { SESSION_COOKIE } from "./token-claims.ts";

const cookie = `theme=dark; ${SESSION_COOKIE}=t0ken`;
const crossOrigin = "a cookie counts only for requests of this site";

function request(headers: Record<string, string>, method = "GET") {
  return { method, headers: new Headers({ host: "api.test:8080", ...headers }) };
}

describe("the token of a request", () => {
  test("stands in its header, or in the session cookie", () => {
    expect(presentedToken(request({}))).toBeUndefined();
    expect(presentedToken(request({ cookie: "theme=dark" }))).toBeUndefined();
    expect(presentedToken(request({ cookie: `${SESSION_COOKIE}=` }))).toBeUndefined();
    expect(presentedToken(request({ authorization: "bearer  abc" }))).toBe("abc");
    expect(presentedToken(request({ cookie }))).toBe("t0ken");
    expect(presentedToken(request({ cookie, authorization: "Bearer abc" }, "POST"))).toBe("abc");
  });

  test.each([
    { authorization: "Basic YTpi" },
    { authorization: "Bearer" },
    { authorization: "Bearer a b" },
    { authorization: "Bearer a, Bearer b" },
    { authorization: "" },
    { cookie: `${SESSION_COOKIE}=one; ${SESSION_COOKIE}=two` },
  ])("is not guessed from %o", (headers) => {
    expect(() => presentedToken(request(headers))).toThrow("invalid token");
  });

  test("goes on to other services as a header, whichever way it came", () => {
    expect(authorizationOnward(request({ cookie }))).toBe("Bearer t0ken");
    expect(authorizationOnward(request({ cookie, authorization: "Bearer abc" }))).toBe(
      "Bearer abc",
    );
    expect(authorizationOnward(request({}))).toBeNull();
  });
});

describe("a cookie", () => {
  test("is enough for what changes nothing, whoever asks", () => {
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      expect(presentedToken(request({ cookie, "sec-fetch-site": "cross-site" }, method))).toBe(
        "t0ken",
      );
    }
  });

  test.each([
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "same-origin", origin: "https://shop.test" },
    { origin: "http://api.test:8080" },
    { origin: "https://api.test:8080" },
  ])("changes something with the proof %o", (proof) => {
    expect(presentedToken(request({ cookie, ...proof }, "POST"))).toBe("t0ken");
    expect(() => requireSameOrigin(request(proof, "DELETE"))).not.toThrow();
  });

  test.each<Record<string, string>>([
    {},
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": "cross-site", origin: "http://api.test:8080" },
    { origin: "null" },
    { origin: "http://api.test" },
    { origin: "http://evil.test:8080" },
    { origin: "http://api.test:8080.evil.test" },
    { referer: "http://api.test:8080/" },
  ])("changes nothing with %o alone", (headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "SOMETHING"]) {
      expect(() => presentedToken(request({ cookie, ...headers }, method))).toThrow(crossOrigin);
    }
  });
});
