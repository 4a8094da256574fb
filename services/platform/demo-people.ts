/** Somebody of the demo. The id is the account's in every demo, so that data of other services can be theirs. */
export interface DemoPerson {
  readonly id: string;
  readonly email: string;
}

/** Everybody's of the demo, and known to all the world: production makes no such account. */
export const demoPassword = "demo1234";

/** The accounts that the issuer of tokens makes for a demo, by the role that each has. */
export const demoPeople = {
  customer: { id: "01900000-0000-7000-8000-400000000001", email: "customer@demo.test" },
  organiser: { id: "01900000-0000-7000-8000-400000000002", email: "organiser@demo.test" },
  operator: { id: "01900000-0000-7000-8000-400000000003", email: "operator@demo.test" },
  viewer: { id: "01900000-0000-7000-8000-400000000004", email: "viewer@demo.test" },
} as const satisfies Readonly<Record<string, DemoPerson>>;
