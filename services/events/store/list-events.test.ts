import { describe, expect, test } from "bun:test";
import { served } from "../testing/served.ts";
import { days, evening, eventsWorld, type World } from "../testing/world.ts";

const names = (answer: { readonly body: { readonly events: readonly { name: string }[] } }) =>
  answer.body.events.map(({ name }) => name);

/** Three cities, so that each filter leaves something out. */
async function threeCities(world: World) {
  const hallIn = async (name: string, country: string) =>
    (await world.location({ Saal: 50 }, { name, country, address: `1 Main Street, ${name}` }))
      .halls[0]?.id;
  const zurich = await hallIn("Zürich Oper", "Switzerland");
  const berlin = await hallIn("Berlin Arena", "Germany");
  await world.event({ name: "Aida", hallId: zurich });
  await world.event({ name: "AC/DC: rock-n-roll", hallId: berlin });
  await world.event({ name: "Götterdämmerung", hallId: berlin });
  await world.event({ name: "Concert for Two", hallId: zurich });
}

describe("GET /events", () => {
  test("pages through all events, the earliest first, each once", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    const other = (await world.location({ Main: 5 })).halls[0]?.id;
    for (let at = 0; at < 6; at += 1) {
      const startDate = evening + at * days;
      const dates = { startDate, endDate: startDate + 60 };
      await world.event({ name: `${at}a`, hallId, ...dates });
      await world.event({ name: `${at}b`, hallId: other, ...dates });
    }

    const seen: string[] = [];
    let path = "/events?limit=5";
    for (let pages = 0; pages < 4; pages += 1) {
      const page = await call("GET", path);
      seen.push(...names(page));
      if (page.body.nextCursor === null) break;
      path = `/events?limit=5&cursor=${page.body.nextCursor}`;
      // Events that come meanwhile and begin earlier disturb nothing.
      await world.event({
        hallId,
        name: "early",
        startDate: 1_000 + pages * days,
        endDate: 2_000 + pages * days,
      });
    }

    expect(seen).toHaveLength(12);
    expect(new Set(seen).size).toBe(12);
    expect(seen.map((name) => name[0])).toEqual([
      "0",
      "0",
      "1",
      "1",
      "2",
      "2",
      "3",
      "3",
      "4",
      "4",
      "5",
      "5",
    ]);
  });

  test("answers an empty list with no next page", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);

    const { status, body } = await call("GET", "/events?available=true");

    expect([status, body]).toEqual([200, { events: [], nextCursor: null }]);
  });

  test("narrows by country, in any case, and by when events begin", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    await threeCities(world);

    const german = await call("GET", "/events?country=GERMANY");
    const nowhere = await call("GET", "/events?country=Atlantis");
    const later = await call("GET", `/events?from=${evening + days}`);
    const within = await call("GET", `/events?from=${evening + days}&to=${evening + 2 * days}`);

    expect(names(german)).toEqual(["AC/DC: rock-n-roll", "Götterdämmerung"]);
    expect(names(nowhere)).toEqual([]);
    expect(names(later)).toHaveLength(3);
    expect(names(within)).toEqual(["AC/DC: rock-n-roll"]);
  });

  test("leaves out what is over or cancelled when only what is available is asked for", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api, "everywhere");
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const over = { startDate: nowSeconds - 2 * days, endDate: nowSeconds - days };
    await world.event({ hallId, name: "over", ...over });
    const running = { startDate: nowSeconds - 300 * days, endDate: nowSeconds + days };
    const otherHall = (await world.location({ Main: 5 })).halls[0]?.id;
    await world.event({ hallId: otherHall, name: "running", ...running });
    const { event } = await world.event({ hallId, name: "cancelled" });
    await call("POST", `/events/${event.id}/cancel`);
    await world.event({ hallId, name: "to come" });

    const all = await call("GET", "/events");
    const available = await call("GET", "/events?available=true");

    expect(names(all).toSorted()).toEqual(["cancelled", "over", "running", "to come"]);
    expect(names(available)).toEqual(["running", "to come"]);
  });
});

describe("search", () => {
  test.each([
    ["a word of the name", "aida", ["Aida"]],
    ["the beginning of a word", "conc", ["Concert for Two"]],
    ["several words, wherever they occur", "zurich two saal", ["Concert for Two"]],
    ["words without their accents", "gotterdammerung", ["Götterdämmerung"]],
    ["words with their accents", "GÖTTERDÄMMERUNG", ["Götterdämmerung"]],
    ["parts of what looks like a path", "dc", ["AC/DC: rock-n-roll"]],
    ["parts of a hyphenated word", "roll berlin", ["AC/DC: rock-n-roll"]],
    ["the location", "arena", ["AC/DC: rock-n-roll", "Götterdämmerung"]],
    ["the country", "switzerland", ["Aida", "Concert for Two"]],
    ["a misspelt word", "concrt", ["Concert for Two"]],
    ["two misspelt words", "gotterdamerung berln", ["Götterdämmerung"]],
    ["a misspelt word beside a right one", "zuri concrt", ["Concert for Two"]],
    ["a misspelt word beside one that is nowhere near it", "aida berln", []],
    ["nothing that is there", "xylophone", []],
    ["words that never stand together", "aida berlin", []],
    ["what would be a query of the database", "aida & !two | 'x':*", []],
  ])("finds by %s", async (_, search, found) => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const { call } = served(world.api);
    await threeCities(world);

    const answer = await call("GET", `/events?search=${encodeURIComponent(search)}`);

    expect([answer.status, names(answer)]).toEqual([200, found]);
  });

  test("pages, also through what is only similar", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    for (let at = 0; at < 5; at += 1) await world.event({ name: `Concert ${at}`, hallId });

    for (const search of ["concert", "concrt"]) {
      const first = await call("GET", `/events?limit=3&search=${search}`);
      const second = await call(
        "GET",
        `/events?limit=3&search=${search}&cursor=${first.body.nextCursor}`,
      );

      expect([...names(first), ...names(second)]).toHaveLength(5);
      expect(second.body.nextCursor).toBeNull();
    }
  });

  test("follows a change of name", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api, "everywhere");
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    const { event } = await world.event({ name: "Aida", hallId });

    await call("PATCH", `/events/${event.id}`, { name: "Tosca" });

    expect(names(await call("GET", "/events?search=tosca"))).toEqual(["Tosca"]);
    expect(names(await call("GET", "/events?search=aida"))).toEqual([]);
  });
});

describe("among fifty thousand events", () => {
  test("each question is answered from an index of its own, and none by looking at them all", async () => {
    await using world = await eventsWorld({ connectionsMax: 1, statementTimeoutMs: 120_000 });
    await manyEvents(world, 50_000);
    const { call } = served(world.api);
    const used = (path: string) => usedBy(world, () => call("GET", path));

    expect(await used("/events?search=unicorn%207")).toEqual(["events_search"]);
    expect(await used("/events?search=unic")).toEqual(["events_search"]);
    // So many match that walking them in order finds the first ones sooner than looking all up.
    expect(await used("/events?search=concert")).toEqual(["events_by_start"]);
    expect(await used("/events?country=country%203")).toEqual(["events_by_country"]);
    expect(await used("/events/name/Unicorn%207")).toEqual(["events_by_name"]);
    const soon = Math.floor(Date.now() / 1_000) + 100 * days;
    expect(await used(`/events?from=${soon}`)).toEqual(["events_by_start"]);
    expect(await used("/events?available=true")).toEqual(["events_by_start", "events_running"]);
    expect(await used("/events?available=true&search=unicorn%203")).toContain("events_search");
    expect(await used("/events?search=unicrn")).toEqual(["events_search", "search_words_similar"]);

    // The plan that is kept for a statement after five calls would not look at the words any more.
    for (let times = 0; times < 8; times += 1) await call("GET", "/events?search=concert");
    expect(await used("/events?search=unicorn%2011")).toEqual(["events_search"]);
  }, 120_000);
});

/** One after another in one hall, four of five of them over; every five hundredth has a rare name. */
async function manyEvents(world: World, count: number): Promise<void> {
  await world.location({ Main: 500 });
  await world.run(`
    insert into events (id, name, name_key, starts_at, ends_at, duration_minutes, location_id,
      hall_id, hall_capacity, country_key, capacity, seats_max, one_booking_each, status,
      organiser_id, search, version, created_at, updated_at)
    select gen_random_uuid(), title, lower(title), at, at + interval '50 minutes', 50, h.location_id,
      h.id, h.capacity, 'country ' || n % 50, h.capacity, 10, false, 'SCHEDULED', 'o',
      array_to_tsvector(string_to_array(lower(title) || ' main', ' ')), 1, now(), now()
    from generate_series(1, ${count}) n
    cross join halls h
    cross join lateral (select
      case when n % 500 = 0 then 'Unicorn ' || n / 500 else 'Concert ' || n end as title,
      date_trunc('hour', now()) + (n - ${0.8 * count}) * interval '1 hour' as at) event`);
  await world.run(`
    insert into search_words
    select distinct word from events, unnest(tsvector_to_array(search)) word where word ~ '[a-z]'
    on conflict do nothing`);
  // As many other words as a language has.
  await world.run(`
    insert into search_words
    select distinct translate(left(md5(n::text), 8), '0123456789', 'ghijklmnop')
    from generate_series(1, 20000) n on conflict do nothing`);
  await world.run("vacuum analyze events");
  await world.run("vacuum analyze search_words");
}

/** The indexes of events and words that a call looked something up in, and `seq scan` where it read all. */
async function usedBy(world: World, call: () => Promise<unknown>): Promise<readonly string[]> {
  const before = await scans(world);
  await call();
  const after = await scans(world);
  return [...after]
    .filter(([name, count]) => count > (before.get(name) ?? 0))
    .map(([name]) => name);
}

/** The server counts for itself; this connection's counts are handed in before they are read. */
async function scans(world: World): Promise<ReadonlyMap<string, number>> {
  await world.run("select pg_stat_force_next_flush()");
  const rows = await world.run(`
    select indexrelname as name, idx_scan as count from pg_stat_user_indexes
    where relname in ('events', 'search_words') and indexrelname not like '%pkey'
    union all
    select 'seq scan of ' || relname, seq_scan from pg_stat_user_tables
    where relname in ('events', 'search_words')
    order by name`);
  return new Map(rows.map(({ name, count }) => [String(name), Number(count)]));
}
