import type { AuditEntry } from "./audit.ts";
import type { StoredMessage } from "./broker.ts";
import type { RowRef } from "./handler.ts";
import type { OutgoingMessage } from "./message.ts";
import type { MessageIds } from "./message-ids.ts";
import type { DeadLetterReason } from "./tables.ts";

/** How far a consumer has come with one key. */
export interface Lane {
  readonly key: string;
  /** The last version handled; 0 before the first. */
  readonly version: number;
  /** The next version is a dead letter: everything later parks behind it. */
  readonly blocked: boolean;
  readonly waiting: number;
  /** Later messages were left in the stream for want of room. */
  readonly behind: boolean;
  /** The highest version ever left so; 0 before the first. */
  readonly leftUpTo: number;
}

/** What is known of earlier tries at one message. */
export interface Failures {
  readonly attempts: number;
  readonly error: string | null;
  readonly firstFailedAt: Date | null;
  readonly lastFailedAt: Date | null;
}

/** A message with a lane, as it is held while it cannot be handled yet. */
export interface KeyedMessage extends StoredMessage {
  readonly eventId: string;
  readonly key: string;
  readonly version: number;
}

export interface ParkedMessage extends KeyedMessage, Failures {
  /** Not to be run before that many milliseconds from now have passed. */
  readonly retryInMs: number;
  /** Times its handler was started and neither returned nor threw. */
  readonly abandoned: number;
}

/** A message set aside. `key` and `version` are null where its headers name no lane. */
export interface DeadLetter extends StoredMessage, Failures {
  readonly eventId: string;
  readonly key: string | null;
  readonly version: number | null;
  readonly reason: DeadLetterReason;
}

/** A dead letter as somebody saw it: what is done to it fails once it is another revision. */
export interface LetterSeen {
  readonly id: number;
  /** 1 as it came, one more with each edit. */
  readonly revision: number;
}

export interface StoredDeadLetter extends DeadLetter, LetterSeen {
  readonly state: "dead" | "done" | "discarded";
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
}

/** New bytes for a dead letter, by whom and why. */
export interface LetterEdit {
  readonly payload: Uint8Array;
  readonly actor: string;
  readonly reason: string;
  /** Field by field what differs from the revision before, for people to read. */
  readonly difference: readonly FieldChange[];
}

/** One field that differs. `before` or `after` is null where it is not there. */
export interface FieldChange {
  /** Such as `items[0].sku`; empty for the payload as a whole. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** How a service's own rows join a batch: its stores and its locks, bound to one transaction. */
export interface ServiceUnit<S> {
  readonly stores: S;
  /**
   * Locks these rows, table by table in the service's one order, sorted by primary key. It sends its
   * first statement before it returns: what is sent before is locked before.
   */
  lock(rows: readonly RowRef[]): Promise<void>;
}

/**
 * One consumer's transaction: inbox, lanes, parked and dead letters, the service's rows and its
 * outbox commit together or not at all. Tables are touched in that order, rows sorted by key.
 */
export interface InboxTransaction<S> extends ServiceUnit<S> {
  /** Writes what the stores have put off. The commit begins with it. */
  flush(): Promise<void>;
  /** Sets where ids of messages stated from now on come from. */
  useMessageIds(ids: MessageIds): void;
  /** Marks messages as seen and returns those that were not seen before. */
  remember(eventIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Takes the marks back: these messages are to be fetched again. */
  forget(eventIds: readonly string[]): Promise<void>;
  /** The lanes of these keys, created where missing, locked until the transaction ends. */
  lockLanes(keys: readonly string[]): Promise<ReadonlyMap<string, Lane>>;
  /** Stores locked lanes. A lane never moves back. */
  saveLanes(lanes: readonly Lane[]): Promise<void>;
  /**
   * The one move back: a locked lane stands one version lower than given, blocked, because the dead
   * letter of that version was discarded and is restored. Throws when the lane stands elsewhere.
   */
  reopenLane(lane: Lane): Promise<void>;
  /** Versions parked under these keys. Their lanes must be locked. */
  parkedVersions(keys: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<number>>>;
  /**
   * Versions of these keys that are dead letters and not resolved. Their lanes must be locked. More
   * than the one that blocks the lane where a discarded letter was restored in front of another.
   */
  deadVersions(keys: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<number>>>;
  /** How many messages this consumer has parked, as of now or close to it. */
  parkedCount(): Promise<number>;
  park(messages: readonly ParkedMessage[]): Promise<void>;
  /** Returns whether it was parked. */
  unpark(key: string, version: number): Promise<boolean>;
  /** Stores a dead letter and returns its id; undefined when this message is one already. */
  addDeadLetter(letter: DeadLetter): Promise<number | undefined>;
  /** Compare-and-set from `dead` at this revision; undefined when the letter is another by now. */
  resolveDeadLetter(
    seen: LetterSeen,
    state: "done" | "discarded",
  ): Promise<StoredDeadLetter | undefined>;
  /** Compare-and-set from `discarded` back to `dead`; undefined when the letter is another by now. */
  restoreDeadLetter(seen: LetterSeen): Promise<StoredDeadLetter | undefined>;
  /**
   * Compare-and-set of a dead letter to its next revision, which differs in its payload alone. Every
   * revision is kept, the first with the bytes that came. Returns the letter as it is now; undefined
   * when it was no longer dead or no longer of the revision seen.
   */
  reviseDeadLetter(seen: LetterSeen, edit: LetterEdit): Promise<StoredDeadLetter | undefined>;
  clearAttempts(eventIds: readonly string[]): Promise<void>;
  append(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Records what a person did here. */
  audit(entry: AuditEntry): Promise<void>;
  afterCommit(effect: () => void): void;
}

/** A message as far as telling whether it needs anything more. */
export interface Settleable {
  readonly eventId: string;
  readonly lane: { readonly key: string; readonly version: number } | undefined;
}

/** What a consumer keeps in its service's database, under its own name. */
export interface InboxStore<S> {
  readonly consumer: string;
  /** One transaction. Deadlocks and serialization failures surface as they are. */
  transaction<T>(work: (tx: InboxTransaction<S>) => Promise<T>): Promise<T>;
  /**
   * Which of these need nothing more: handled, parked or set aside. With a lane its version says
   * so, whatever id the message carries; without one its id does.
   */
  settled(messages: readonly Settleable[]): Promise<ReadonlySet<Settleable>>;
  /**
   * Commits the mark that a message's handler starts now. Returns how often its mark was left
   * behind, that is: found standing by the next start.
   */
  markStarted(eventId: string): Promise<number>;
  /** Takes the mark back without counting an attempt. */
  clearStarted(eventId: string): Promise<void>;
  /** Counts a failed attempt, clears the mark, and returns what is now known. */
  recordFailure(eventId: string, error: string): Promise<Failures>;
  /** The same mark for a parked message; undefined when it is no longer parked. */
  markParkedStarted(key: string, version: number): Promise<ParkedMessage | undefined>;
  /** Ends a parked message's run that threw; with an `error` it counts as an attempt. */
  endParkedRun(
    key: string,
    version: number,
    outcome: { readonly retryInMs: number; readonly error?: string },
  ): Promise<void>;
  /** Parked messages whose turn it is, by key, of `limit` lanes after `afterKey`. */
  heads(limit: number, afterKey: string): Promise<readonly ParkedMessage[]>;
  /**
   * Lanes that have waited longer than `waitedMs` for a version that is not parked, and lanes that
   * left messages in the stream and have room for them again.
   */
  gaps(query: {
    readonly waitedMs: number;
    readonly roomBelow: number;
    readonly limit: number;
  }): Promise<readonly Lane[]>;
  /** Lanes that need a person, and lanes that left messages in the stream. */
  trouble(): Promise<{ readonly stuck: number; readonly behind: number }>;
  findLane(key: string): Promise<Lane | undefined>;
  /**
   * All that the lane left in the stream up to a version is taken care of: it is no longer behind,
   * unless a later one was left meanwhile.
   */
  caughtUp(key: string, upTo: number): Promise<void>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /**
   * The stream no longer has what comes after `version`. Marks the lane and returns true, unless that
   * came after all: the lane has moved, is blocked by it or has it parked.
   */
  markStuck(key: string, version: number): Promise<boolean>;
  /**
   * Counts a redrive that failed and keeps its error, as long as the letter is dead and of the
   * revision that was tried; records in any case who tried.
   */
  recordRedriveFailure(seen: LetterSeen, error: string, entry: AuditEntry): Promise<void>;
  findDeadLetter(id: number): Promise<StoredDeadLetter | undefined>;
}
