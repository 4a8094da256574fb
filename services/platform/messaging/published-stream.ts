import type { StreamTopology } from "./topology.ts";

/** A stream that this service publishes to. */
export interface PublishedStream {
  readonly name: string;
  /** The subjects that this service publishes to it. */
  readonly subjects: readonly string[];
  /** 0 where messages never expire. */
  readonly maxAgeSeconds: number;
  /** Other services publish to it as well: its sequences alone do not tell what became of ours. */
  readonly shared: boolean;
}

/** The streams that a service publishes to, of those that are declared. */
export function publishedBy(
  service: string,
  declared: readonly StreamTopology[],
): readonly PublishedStream[] {
  return declared.flatMap(({ name, owner, subjects, maxAgeSeconds }) => {
    const shared = owner !== service;
    const own = shared ? subjects.filter((each) => each.startsWith(`${service}.`)) : subjects;
    return own.length > 0 ? [{ name, subjects: own, maxAgeSeconds, shared }] : [];
  });
}

/** Stands for the stream of a subject that none of the streams takes. */
export const noStream = "";

/** Tells the name of the stream that takes a subject, or `noStream`. */
export function streamFinder(streams: readonly PublishedStream[]): (subject: string) => string {
  const taking = streams.map(({ name }) => ({
    name,
    pattern: new RegExp(subjectPattern(name, streams)),
  }));
  return (subject) => taking.find(({ pattern }) => pattern.test(subject))?.name ?? noStream;
}

/** A regular expression, of JavaScript and of Postgres alike, for the subjects of a stream. */
export function subjectPattern(stream: string, streams: readonly PublishedStream[]): string {
  if (stream !== noStream) {
    const subjects = streams.find(({ name }) => name === stream)?.subjects ?? [];
    return subjects.map(patternOf).join("|");
  }
  return `^(?!${streams.flatMap(({ subjects }) => subjects.map(patternOf)).join("|")})`;
}

/** A NATS subject filter as an anchored pattern. */
function patternOf(filter: string): string {
  const tokens = filter.split(".").map((token) => {
    if (token === ">") return ".+";
    if (token === "*") return "[^.]+";
    return token.replace(/[^A-Za-z0-9_-]/g, "\\$&");
  });
  return `^${tokens.join("\\.")}$`;
}

type Aging = Pick<PublishedStream, "maxAgeSeconds">;

/** Older than any message, and still a time that Postgres can subtract. */
const foreverMs = 100 * 365 * 86_400_000;

/** A message older than this has expired. */
export const ageMaxMs = ({ maxAgeSeconds }: Aging) =>
  maxAgeSeconds === 0 ? foreverMs : maxAgeSeconds * 1_000;

/** Expiry is not to the second, so the last hour of a stream's age proves nothing. */
const ageSlackMs = 3_600_000;

/** A message younger than this has not expired: a stream that lacks it has lost it. */
export const provenAgeMs = (stream: Aging) => ageMaxMs(stream) - ageSlackMs;
