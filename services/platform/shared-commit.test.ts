import { describe, expect, test } from "bun:test";
import { isDatabaseOutage } from "./outage.ts";
import { sharedCommit } from "./shared-commit.ts";

const withCode = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });

interface Commit {
  readonly writes: readonly string[];
  /** Gives each write its own name in capitals, and fails those that are called bad. */
  succeed(): void;
  fail(error: unknown): void;
}

/** Commits that a test lets succeed or fail, in the order in which they were begun. */
function commits(limits: { writesMax?: number; commitsMax?: number; waitingMax?: number } = {}) {
  const begun: Commit[] = [];
  const write = sharedCommit({
    commit: (writes: readonly string[]) =>
      new Promise<(write: string) => string>((resolve, reject) => {
        const outcomeOf = (write: string) => {
          if (write === "bad") throw new Error("this one is bad");
          return write.toUpperCase();
        };
        begun.push({ writes, succeed: () => resolve(outcomeOf), fail: reject });
      }),
    writesMax: 3,
    commitsMax: 1,
    ...limits,
  });
  return { begun, write, writes: () => begun.map(({ writes }) => writes) };
}

/** Lets everything run that waits for nothing but its turn. */
const turns = () => new Promise((resolve) => setImmediate(resolve));

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a write", () => {
  test("goes with those of its own turn while nothing is under way", async () => {
    const { begun, write, writes } = commits();

    const answers = ["a", "b"].map(write);
    await turns();

    expect(writes()).toEqual([["a", "b"]]);
    begun[0]?.succeed();
    expect(await Promise.all(answers)).toEqual(["A", "B"]);
  });

  test("shares the next commit with all that come while others are under way, in their order", async () => {
    const { begun, write, writes } = commits({ commitsMax: 2 });
    const answers: Promise<string>[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      answers.push(write(name));
      await turns();
    }
    expect(writes()).toEqual([["a"], ["b"]]);

    begun[1]?.succeed();
    await turns();
    begun[0]?.succeed();
    begun[2]?.succeed();

    expect(await Promise.all(answers)).toEqual(["A", "B", "C", "D"]);
    expect(writes()).toEqual([["a"], ["b"], ["c", "d"]]);
  });

  test("waits for a later commit where one is full", async () => {
    const { begun, write, writes } = commits({ writesMax: 2 });
    const answers = ["a", "b", "c", "d", "e"].map(write);

    for (let commit = 0; commit < 3; commit += 1) {
      await turns();
      begun[commit]?.succeed();
    }

    expect(await Promise.all(answers)).toEqual(["A", "B", "C", "D", "E"]);
    expect(writes()).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  test("is refused as an outage behind too many, and those go on", async () => {
    const { begun, write } = commits({ waitingMax: 2 });
    const answers = ["a", "b"].map(write);

    const refusal = await failureOf(write("c"));
    await turns();
    begun[0]?.succeed();

    expect(isDatabaseOutage(refusal)).toBe(true);
    expect(await Promise.all(answers)).toEqual(["A", "B"]);
    void write("d");
    await turns();
    expect(begun).toHaveLength(2);
  });
});

describe("when a commit of several fails", () => {
  /** Three writes in one commit. */
  async function three() {
    const held = commits();
    const answers = ["a", "b", "c"].map(held.write);
    await turns();
    expect(held.writes()).toEqual([["a", "b", "c"]]);
    return { ...held, answers };
  }

  test.each(["23514", "22P02", "40P01", "55P03"])(
    "with %s, which undoes it, each write is tried alone and only a bad one fails",
    async (code) => {
      const { begun, writes, answers } = await three();

      begun[0]?.fail(withCode(code));
      await turns();
      expect(writes().slice(1)).toEqual([["a"], ["b"], ["c"]]);
      begun[1]?.succeed();
      begun[3]?.succeed();

      // Though b is still waiting for a lock, say.
      expect(await answers[0]).toBe("A");
      expect(await answers[2]).toBe("C");
      begun[2]?.fail(withCode(code));
      expect(await failureOf(Promise.resolve(answers[1]))).toMatchObject({ code });
      expect(begun).toHaveLength(4);
    },
  );

  test.each(["CONNECTION_CLOSED", "57P01", "57014"])(
    "with %s, all of them fail with that and nothing is repeated",
    async (code) => {
      const { begun, write, writes, answers } = await three();

      begun[0]?.fail(withCode(code));

      for (const answer of answers) expect(await failureOf(answer)).toMatchObject({ code });
      expect(begun).toHaveLength(1);
      void write("later");
      await turns();
      expect(writes().at(-1)).toEqual(["later"]);
    },
  );
});

test("a write that fails by its own outcome fails alone, and its commit is not repeated", async () => {
  const { begun, write } = commits();
  const [good, bad] = [write("good"), write("bad")];
  await turns();

  begun[0]?.succeed();

  expect(await good).toBe("GOOD");
  expect(await failureOf(bad)).toMatchObject({ message: "this one is bad" });
  expect(begun).toHaveLength(1);
});
