/** How bytes travel between one client and the broker, and how time passes for the client. */
export interface Link {
  /** Carries a request or an answer to a delivery to the broker: once, or as often as faults want. */
  toBroker(what: string, arrive: () => void): void;
  /** Carries an answer, a delivery or a hint to the client. */
  toClient(what: string, arrive: () => void): void;
  /** Runs at the client after a while. Returns how to stop it. */
  after(delayMs: number, run: () => void): () => void;
}
