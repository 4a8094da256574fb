import { demoPassword, demoPeople } from "@app/platform/demo-people.ts";
import { publishEvent } from "../../e2e/sign-in-world.ts";
import { callAt } from "../../e2e/stage.ts";

/** One kind of request that people make all the time, and what it answers when all is well. */
export interface Wish {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
}

/** There is always enough of both. */
const dish = "endless";
const DISHES = 1_000_000;
const SEATS = 100_000;

/** What people can ask of every service, by way of the gateway at `url`. */
export interface Customers {
  /** One request for each service; renewed often enough, because tokens end. */
  wishes(): Promise<readonly Wish[]>;
  /** An operator's token, for looking afterwards. */
  operatorToken(): Promise<string>;
}

export async function customersAt(url: string): Promise<Customers> {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const tokenOf = async ({ email }: { readonly email: string }) => {
    const body = { email, password: demoPassword };
    const { status, body: answer } = await post(`${url}/api/login`, body);
    if (status !== 200) throw new Error(`${email} cannot sign in: ${status}`);
    return String(answer.token);
  };
  const operatorToken = () => tokenOf(demoPeople.operator);

  const item = { sku: dish, name: dish, priceCents: 100, available: DISHES };
  const added = await post(`${url}/v1/items`, item, bearer(await operatorToken()));
  if (added.status !== 201) throw new Error(`the menu took no ${dish}: ${added.status}`);
  const organiser = await tokenOf(demoPeople.organiser);
  const eventId = await publishEvent(
    {
      call: (_, method, path, { body } = {}) =>
        callAt(`${url}${path}`, { method, body, headers: { ...json, ...bearer(organiser) } }),
      organiser: { id: demoPeople.organiser.id, token: organiser },
    },
    { capacity: SEATS },
  );

  return {
    operatorToken,
    async wishes() {
      const customer = await tokenOf(demoPeople.customer);
      const order = { userId: "ada", sku: dish, quantity: 1 };
      const seats = { userId: "ada", seats: 1 };
      return [
        { name: "order", method: "POST", path: "/v1/orders", body: order, status: 202 },
        { name: "menu", method: "GET", path: "/v1/items", status: 200 },
        { name: "event", method: "GET", path: `/events/${eventId}`, status: 200 },
        {
          name: "booking",
          method: "POST",
          path: `/events/${eventId}/bookings`,
          body: seats,
          status: 201,
        },
        {
          name: "account",
          method: "GET",
          path: "/api/me",
          headers: bearer(customer),
          status: 200,
        },
        { name: "reviews", method: "GET", path: `/reviews?subject=item:${dish}`, status: 200 },
      ];
    },
  };
}

const json = { "content-type": "application/json" };

const post = (url: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  callAt(url, { method: "POST", body, headers: { ...json, ...headers } });
