/** What the shell is told. Scripts may rely on these; `qb --help` lists them. */
export const exitCodes = {
  ok: 0,
  /** It was tried and did not work. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A service or the broker does not answer. */
  unreachable: 3,
  /** A service understood and said no. */
  refused: 4,
} as const;

export type ExitReason = Exclude<keyof typeof exitCodes, "ok">;

/** An end that the user is told in one sentence, with what to try next. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly reason: ExitReason;
  readonly next: string | undefined;

  constructor(
    reason: ExitReason,
    message: string,
    { next, ...options }: ErrorOptions & { readonly next?: string } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.next = next;
  }
}
