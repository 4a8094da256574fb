import { describe, expect, test } from "bun:test";
import { type Clock, systemClock } from "../clock.ts";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { type TcpProxy, tcpProxy } from "../testing/tcp-proxy.ts";
import { campaign, type LeaderLease, type Term } from "./leadership.ts";
import { postgresLease } from "./postgres-lease.ts";

interface Candidate {
  /** The present term, while it leads. */
  readonly term: () => Term | undefined;
  readonly terms: () => number;
  /** Why its last campaign ended. */
  readonly failure: () => unknown;
  withdraw(): Promise<void>;
}

/** Campaigns over and over, as the supervisor lets it. */
function candidate(url: string, clock: Clock = systemClock, name = "test leader"): Candidate {
  const stop = new AbortController();
  let term: Term | undefined;
  let terms = 0;
  let failure: unknown;
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await campaign(
          { lease: postgresLease({ url, partition: 0, applicationName: name }), clock },
          stop.signal,
          async (won) => {
            term = won;
            terms += 1;
            if (!won.signal.aborted) {
              await new Promise((resolve) => won.signal.addEventListener("abort", resolve));
            }
            term = undefined;
          },
        );
      } catch (error) {
        failure = error;
        await clock.sleep(50, stop.signal);
      }
    }
  })();
  return {
    term: () => term,
    terms: () => terms,
    failure: () => failure,
    withdraw: async () => {
      stop.abort();
      await running;
    },
  };
}

async function world(candidates: number) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("orders"));
  const pool = openPool({ url: database.url, connectionsMax: 2, name: "leadership test" });
  stack.defer(() => pool.close(1_000));
  const enter = (url = database.url, clock = systemClock) => {
    const entered = candidate(url, clock);
    stack.defer(() => entered.withdraw());
    return entered;
  };
  const all = Array.from({ length: candidates }, () => enter());
  return {
    url: database.url,
    pool,
    all,
    enter,
    leaders: () => all.filter(({ term }) => term()?.fresh()),
    /** Those who hold the lock, as Postgres sees it. */
    holders: () =>
      pool.q.execute<{ pid: number }>(
        "select pid from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())",
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe("campaign", () => {
  test("makes exactly one of three the leader, and another when that one leaves", async () => {
    await using election = await world(3);
    await eventually(() => expect(election.leaders()).toHaveLength(1));
    const [first] = election.leaders();

    await first?.withdraw();
    await eventually(() => expect(election.leaders()).toHaveLength(1));

    expect(election.leaders()[0]).not.toBe(first);
    expect(await election.holders()).toHaveLength(1);
    expect(election.all.map(({ terms }) => terms()).toSorted()).toEqual([0, 1, 1]);
  });

  test("lets each partition have a leader of its own", async () => {
    await using election = await world(1);
    await eventually(() => expect(election.leaders()).toHaveLength(1));
    const stop = new AbortController();
    const won = Promise.withResolvers<void>();

    const other = campaign(
      {
        lease: postgresLease({ url: election.url, partition: 1, applicationName: "other" }),
        clock: systemClock,
      },
      stop.signal,
      async () => won.resolve(),
    );

    await won.promise;
    await other;
    expect(election.leaders()).toHaveLength(1);
  });

  test("ends a term whose session Postgres terminated, and another takes over", async () => {
    await using election = await world(3);
    await eventually(() => expect(election.leaders()).toHaveLength(1));
    const [first] = election.leaders();
    const term = first?.term();
    const [holder] = await election.holders();

    await election.pool.q.execute(`select pg_terminate_backend(${holder?.pid})`);

    await eventually(() => expect(term?.signal.aborted).toBe(true));
    expect(term?.fresh()).toBe(false);
    await eventually(() => expect(election.leaders()).toHaveLength(1));
    expect((await election.holders())[0]?.pid).not.toBe(holder?.pid);
  });

  test("keeps one term for as long as its beats are answered", async () => {
    await using election = await world(2);
    await eventually(() => expect(election.leaders()).toHaveLength(1));
    const [leader] = election.leaders();
    const startedMs = performance.now();

    // Longer than an idle session may live, so only the beats can have kept it.
    await eventually(() => {
      expect(leader?.term()?.fresh()).toBe(true);
      expect(performance.now() - startedMs).toBeGreaterThan(2_000);
    });

    expect(election.all.map(({ terms }) => terms()).toSorted()).toEqual([0, 1]);
  });

  // At once, because most of it is waiting for time to pass.
  test.concurrent.each(["black-hole", "black-hole-to-server", "black-hole-to-client"] as const)(
    "is no longer fresh a second after the last beat was answered, and loses the lock: %s",
    async (fault) => {
      await using election = await world(0);
      await using proxy = await tcpProxy({ target: election.url });
      const cutOff = election.enter(proxy.through(election.url));
      await eventually(() => expect(cutOff.term()?.fresh()).toBe(true));
      const term = cutOff.term();
      const other = election.enter();

      await proxy.set(fault);
      const holedMs = performance.now();

      // The time is taken before the question, so a test that is held up finds nothing younger.
      let freshForMs = 0;
      await eventually(() => {
        const sinceMs = performance.now() - holedMs;
        if (term?.fresh() === true) freshForMs = sinceMs;
        return term?.fresh() === false;
      });
      expect(freshForMs).toBeLessThanOrEqual(1_000);
      await eventually(() => expect(other.term()?.fresh()).toBe(true));
      expect(term?.signal.aborted).toBe(true);
      await proxy.set("none");
    },
  );

  test("never has two that may act, however often connections are cut", async () => {
    await using election = await world(0);
    const proxies: TcpProxy[] = [];
    await using stack = new AsyncDisposableStack();
    for (let count = 0; count < 3; count += 1) {
      const proxy = stack.use(await tcpProxy({ target: election.url }));
      proxies.push(proxy);
      election.all.push(election.enter(proxy.through(election.url)));
    }

    let most = 0;
    for (let blow = 0; blow < 6; blow += 1) {
      await eventually(() => {
        most = Math.max(most, election.leaders().length);
        return election.leaders().length === 1;
      });
      const led = election.all.findIndex(({ term }) => term()?.fresh());
      const term = election.all[led]?.term();
      proxies[led]?.cut();
      await eventually(() => {
        most = Math.max(most, election.leaders().length);
        return term?.fresh() === false;
      });
    }
    expect(most).toBe(1);

    await eventually(async () => {
      expect(election.leaders()).toHaveLength(1);
      expect(await election.holders()).toHaveLength(1);
    });
  });

  test("is not fresh when its process was paused while it was told that it had won", async () => {
    await using election = await world(0);
    let pausedMs = 0;
    const clock: Clock = {
      ...systemClock,
      monotonicMs: () => systemClock.monotonicMs() + pausedMs,
    };
    const real = postgresLease({ url: election.url, partition: 0, applicationName: "paused" });
    const lease: LeaderLease = {
      ...real,
      async open() {
        const session = await real.open();
        return {
          ...session,
          async tryLock() {
            const won = await session.tryLock();
            pausedMs = 10_000;
            return won;
          },
        };
      },
    };
    let fresh: boolean | undefined;

    await campaign({ lease, clock }, new AbortController().signal, async (term) => {
      fresh = term.fresh();
    });

    expect(fresh).toBe(false);
  });

  test("is not fresh when its process was paused, by its own clock", async () => {
    await using election = await world(0);
    let pausedMs = 0;
    const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + pausedMs };
    const leader = election.enter(election.url, clock);
    await eventually(() => expect(leader.term()?.fresh()).toBe(true));
    const term = leader.term();

    pausedMs = 5_000;

    expect(term?.fresh()).toBe(false);
    expect(term?.signal.aborted).toBe(false);
  });

  test("is refused behind a transaction pooler, which invents the session it names", async () => {
    await using election = await world(0);
    await using proxy = await tcpProxy({
      target: election.url,
      rewriteToClient: withAnotherProcessId,
    });

    const pooled = election.enter(proxy.through(election.url));

    await eventually(() =>
      expect(String(pooled.failure())).toContain("needs a direct connection to Postgres"),
    );
    expect(pooled.terms()).toBe(0);
    expect(await election.holders()).toHaveLength(0);
  });

  test("holds the lock while a term that was ended on purpose winds up, and no longer than a beat is young", async () => {
    await using election = await world(0);
    let pausedMs = 0;
    const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + pausedMs };
    const stop = new AbortController();
    const winding = Promise.withResolvers<void>();
    const seen: boolean[][] = [];
    const campaigning = campaign(
      {
        lease: postgresLease({ url: election.url, partition: 0, applicationName: "winding up" }),
        clock,
      },
      stop.signal,
      async (term) => {
        term.signal.addEventListener("abort", () => {
          seen.push([term.fresh(), term.held()]);
          pausedMs = 5_000;
          seen.push([term.fresh(), term.held()]);
          winding.resolve();
        });
        stop.abort();
        await winding.promise;
      },
    );

    await campaigning;

    expect(seen).toEqual([
      [false, true],
      [false, false],
    ]);
  });

  test("rejects when the database cannot be reached", async () => {
    await using election = await world(0);
    await using proxy = await tcpProxy({ target: election.url });
    await proxy.set("refuse");
    const url = proxy.through(election.url);

    const campaigning = campaign(
      {
        lease: postgresLease({ url, partition: 0, applicationName: "nobody" }),
        clock: systemClock,
      },
      new AbortController().signal,
      async () => undefined,
    );

    await expect(campaigning).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("surfaces what leading threw, and gives the lock back", async () => {
    await using election = await world(0);

    const campaigning = campaign(
      {
        lease: postgresLease({ url: election.url, partition: 0, applicationName: "unlucky" }),
        clock: systemClock,
      },
      new AbortController().signal,
      async () => {
        throw new Error("cannot lead");
      },
    );

    await expect(campaigning).rejects.toThrow("cannot lead");
    await eventually(async () => expect(await election.holders()).toHaveLength(0));
  });
});

/** BackendKeyData is `K`, a length of 12, the process id and a secret. */
function withAnotherProcessId(piece: Buffer): Buffer {
  for (let at = piece.indexOf("K"); at >= 0; at = piece.indexOf("K", at + 1)) {
    if (at + 13 > piece.length || piece.readUInt32BE(at + 1) !== 12) continue;
    piece.writeUInt32BE(piece.readUInt32BE(at + 5) + 1, at + 5);
    return piece;
  }
  return piece;
}
