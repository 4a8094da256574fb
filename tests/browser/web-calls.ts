import { demoPassword, demoPeople } from "@app/platform/demo-people.ts";
import { type Answer, callAt } from "../e2e/stage.ts";

/** Calls through the gateway, as a script would make them, past all pages. */
export interface WebCalls {
  /** Where a browser goes. */
  readonly url: string;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** A token of somebody of the demo. */
  tokenOf(person: DemoName): Promise<string>;
}

export type DemoName = keyof typeof demoPeople;

export interface Call {
  readonly token?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Shorter than a token is good. */
const TOKEN_KEPT_MS = 300_000;

export function webCalls(url: string): WebCalls {
  const call: WebCalls["call"] = (method, path, { token, body, headers = {} } = {}) => {
    const signed = token && { authorization: `Bearer ${token}` };
    const sent = { ...headers, ...signed, ...(body && { "content-type": "application/json" }) };
    return callAt(`${url}${path}`, { method, body, headers: sent });
  };
  const signIn = async (person: DemoName): Promise<string> => {
    const body = { email: demoPeople[person].email, password: demoPassword };
    const answer = await call("POST", "/api/login", { body });
    if (answer.status !== 200) throw new Error(`${person} was not signed in: ${answer.status}`);
    return answer.body.token;
  };
  const tokens = new Map<DemoName, { readonly token: Promise<string>; readonly untilMs: number }>();
  return {
    url,
    call,
    tokenOf(person) {
      const known = tokens.get(person);
      if (known && Date.now() < known.untilMs) return known.token;
      const token = signIn(person);
      tokens.set(person, { token, untilMs: Date.now() + TOKEN_KEPT_MS });
      return token;
    },
  };
}
