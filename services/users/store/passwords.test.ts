import { describe, expect, test } from "bun:test";
import { Refusal } from "@app/platform/errors.ts";
import { nobodysHash, type PasswordWork, passwords } from "./passwords.ts";

/** Work that goes on until it is let go. */
function held() {
  const going: (() => void)[] = [];
  let atOnceMax = 0;
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    going.push(resolve);
    atOnceMax = Math.max(atOnceMax, going.length);
    return promise;
  };
  const work: PasswordWork = {
    hash: async (password) => {
      await hold();
      if (password === "broken") throw new Error("no memory");
      return password;
    },
    verify: async () => {
      await hold();
      return true;
    },
  };
  return { work, going, letGo: () => going.shift()?.(), atOnceMax: () => atOnceMax };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("passwords", () => {
  test("are worked on two at a time, in turn, and whoever finds no seat is told at once", async () => {
    const { work, going, letGo, atOnceMax } = held();
    const { hash } = passwords(work, { workersMax: 2, waitingMax: 3 });
    const done: string[] = [];

    const taken = ["a", "b", "c", "d", "e"].map(async (name) => done.push(await hash(name)));
    const refused = hash("f");

    await expect(refused).rejects.toThrow(
      expect.objectContaining({ kind: "unavailable", retryAfterSeconds: 1 }),
    );
    for (let count = 1; count <= 5; count += 1) {
      expect(going.length).toBe(Math.min(2, 6 - count));
      letGo();
      await turn();
      expect(done).toHaveLength(count);
    }
    await Promise.all(taken);
    expect(done).toEqual(["a", "b", "c", "d", "e"]);
    expect(atOnceMax()).toBe(2);
  });

  test("are not worked on for somebody who is gone when the turn comes", async () => {
    const { work, going, letGo } = held();
    const { hash } = passwords(work, { workersMax: 1, waitingMax: 2 });
    const gone = new AbortController();

    const first = hash("first");
    const left = hash("left", gone.signal);
    const last = hash("last");
    gone.abort();
    letGo();

    await expect(left).rejects.toThrow(expect.objectContaining({ kind: "unavailable" }));
    expect(await first).toBe("first");
    expect(going).toHaveLength(1);
    letGo();
    expect(await last).toBe("last");
  });

  test("give their place free when the work fails", async () => {
    const { work, letGo } = held();
    const { hash } = passwords(work, { workersMax: 1, waitingMax: 1 });

    const [broken, next] = [hash("broken"), hash("next")];
    letGo();
    await expect(broken).rejects.toThrow("no memory");
    await turn();
    letGo();

    expect(await next).toBe("next");
    const last = hash("last");
    letGo();
    expect(await last).toBe("last");
  });

  test("never have more than two at it, however they come and go", async () => {
    let atWork = 0;
    let atOnceMax = 0;
    const work: PasswordWork = {
      async hash(password) {
        atWork += 1;
        atOnceMax = Math.max(atOnceMax, atWork);
        await turn();
        atWork -= 1;
        return password;
      },
      verify: async () => true,
    };
    const { hash } = passwords(work, { workersMax: 2, waitingMax: 10 });

    for (let wave = 0; wave < 20; wave += 1) {
      const all = Array.from({ length: 15 }, (_, index) => hash(`${index}`));
      const settled = await Promise.allSettled(all);
      const refused = settled.filter(({ status }) => status === "rejected");
      expect(refused).toHaveLength(3);
      for (const { reason } of refused as PromiseRejectedResult[])
        expect(reason).toBeInstanceOf(Refusal);
    }

    expect(atOnceMax).toBe(2);
  });

  test("are argon2id, and nobody's costs what everybody's costs", async () => {
    const { hash, verify, verifyNobody } = passwords();

    const made = await hash("correct horse");

    const cost = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;
    expect(made).toMatch(cost);
    expect(nobodysHash).toMatch(cost);
    expect(nobodysHash.length).toBe(made.length);
    expect(await verify("correct horse", made)).toBe(true);
    expect(await verify("wrong horse", made)).toBe(false);
    expect(await verifyNobody("correct horse")).toBe(false);
  });
});
