import { afterEach, expect, type Mock, spyOn, test } from "bun:test";
import { sessionRecord } from "./session-record.ts";
import { keepSessionFresh, refreshSession } from "./session-refresh.ts";

const user = { id: "u1", name: "Ada", email: "ada@example.com", roles: ["customer"] };
const minuteMs = 60_000;

let network: Mock<typeof fetch> | undefined;
afterEach(() => {
  network?.mockRestore();
  sessionRecord.set(null);
});

/** Somebody is signed in, and the users service answers like this. */
function signedIn(answer: () => Promise<Response>, { endsInMs = minuteMs } = {}) {
  sessionRecord.set({ user, expiresAt: Date.now() + endsInMs });
  network = spyOn(globalThis, "fetch").mockImplementation(Object.assign(answer, { preconnect }));
  return network;
}
const preconnect = () => undefined;

const renewed = async () => Response.json({ message: "success", expiresIn: 600 });
const leftMs = () => (sessionRecord.get()?.expiresAt ?? 0) - Date.now();

test("calls that find the session ended at once renew it together", async () => {
  const asked = signedIn(renewed);

  const answers = await Promise.all([refreshSession(), refreshSession(), refreshSession()]);

  expect(answers).toEqual([true, true, true]);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(leftMs()).toBeGreaterThan(9 * minuteMs);
  expect(sessionRecord.get()?.user).toEqual(user);
});

test("a session is renewed before it ends, and not while it is good", async () => {
  const asked = signedIn(renewed, { endsInMs: 2 * minuteMs });

  await keepSessionFresh();
  expect(asked).toHaveBeenCalledTimes(0);

  sessionRecord.set({ user, expiresAt: Date.now() + 10_000 });
  await keepSessionFresh();
  expect(asked).toHaveBeenCalledTimes(1);
});

test("a session that is over is forgotten", async () => {
  signedIn(async () => new Response(null, { status: 401 }));

  expect(await refreshSession()).toBe(false);
  expect(sessionRecord.get()).toBeNull();
});

test.each([
  ["nobody answers", () => Promise.reject(new TypeError("Failed to fetch"))],
  ["the service is away", async () => new Response(null, { status: 503 })],
])("who is signed in stays so when %s", async (_, answer) => {
  signedIn(answer);

  expect(await refreshSession()).toBe(false);
  expect(sessionRecord.get()?.user).toEqual(user);
});

test("a guest asks nobody", async () => {
  const asked = signedIn(renewed);
  sessionRecord.set(null);

  await keepSessionFresh();

  expect(await refreshSession()).toBe(false);
  expect(asked).toHaveBeenCalledTimes(0);
});
