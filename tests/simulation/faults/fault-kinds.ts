/** Faults that strike single messages, statements and handlers, with some probability, for a while. */
export const passingFaults = [
  "publish lost",
  "publish acknowledgement lost",
  "publish doubled",
  "publish late",
  "delivery lost",
  "delivery doubled",
  "answer to a delivery lost",
  "hint lost",
  "request lost",
  "slow",
  "statement lost",
  "statement's reply lost",
  "handler throws",
  "handler hangs",
  "contract missing",
] as const;

/** Faults that happen at one instant, and may last. */
export const suddenFaults = [
  "crash",
  "crash at a boundary",
  "crash at a named point",
  "pause",
  "one place slow",
  "orderly restart",
  "connection broken",
  "broker away",
  "broker put back",
  "stream made again",
  "durable made again",
  "messages deleted",
  "stream full",
  "leader's session ended",
  "database away",
  "unreadable message",
  "message replayed",
  "strange sender",
  "operator",
] as const;

/** What a history is born with. */
export const standingFaults = ["short dedup window", "clock wrong"] as const;

export type PassingFault = (typeof passingFaults)[number];
export type SuddenFault = (typeof suddenFaults)[number];
export type FaultKind = PassingFault | SuddenFault | (typeof standingFaults)[number];

export const faultKinds: readonly FaultKind[] = [
  ...passingFaults,
  ...suddenFaults,
  ...standingFaults,
];
