/** A consumer of a service, as far as telling its name. */
export interface NamedByDurable {
  readonly durable: string;
  /**
   * What its lanes and letters are kept under in the service's database. The durable's name, unless
   * durables of one name on several streams are the service's: each needs lanes of its own.
   */
  readonly consumer?: string;
}

/** A consumer as operators look at it. */
export interface InspectedConsumer extends Required<NamedByDurable> {
  readonly stream: string;
  readonly order: "key" | "latest";
}

export function consumerName({ consumer, durable }: NamedByDurable): string {
  return consumer ?? durable;
}

/** The consumers with their names, which must differ: two of one name would share lanes and letters. */
export function named<C extends NamedByDurable>(
  consumers: readonly C[],
): readonly (C & { readonly consumer: string })[] {
  const all = consumers.map((one) => ({ ...one, consumer: consumerName(one) }));
  const names = all.map(({ consumer }) => consumer);
  if (new Set(names).size === names.length) return all;
  throw new Error(`consumers of one service need names of their own: ${names.join(", ")}`);
}
