import { UsersService } from "@app/contracts/gen/users/v1/users_service_pb.ts";
import { authenticator } from "@app/platform/auth.ts";
import { systemClock } from "@app/platform/clock.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { contextOf, setContext } from "@app/platform/request-context.ts";
import { rpcOptions } from "@app/platform/rpc.ts";
import { changeRpcRequest } from "@app/platform/rpc-context.ts";
import { sealedBy } from "@app/platform/sealed.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { type RecordedLine, recordedLog } from "@app/platform/testing/recorded-log.ts";
import { tokenKeys } from "@app/platform/token-keys.ts";
import { tokenVerifier } from "@app/platform/token-verifier.ts";
import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { sql } from "drizzle-orm";
import { usersAccess } from "../access.ts";
import { type UsersSettings, users } from "../service.ts";
import { type PasswordLimits, type PasswordWork, passwords } from "../store/passwords.ts";
import { requireSigningKey } from "../store/signing-keys.ts";

/** The service's edges without a socket, on a database of their own. Tokens are verified as they are behind one. */
export interface UsersWorld extends AsyncDisposable {
  readonly pool: Pool;
  readonly url: string;
  readonly service: ReturnType<typeof users>;
  readonly settings: UsersSettings;
  /** How often each piece of password work was begun, and the most that were at it at once. */
  readonly work: WorkDone;
  readonly lines: readonly RecordedLine[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Calls by RPC, as whoever holds the token. */
  rpc(token?: string): Client<typeof UsersService>;
  /** Registers Ada and signs her in. */
  ada(): Promise<SignedIn>;
  /** An account with these roles, and a token of its own. */
  signedIn(email: string, roles?: readonly string[]): Promise<SignedIn>;
  /** Rows of a statement that no store needs. */
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a Bearer token. */
  readonly token?: string;
  /** The network address that the call comes from. */
  readonly address?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  readonly body: any;
}

export interface SignedIn {
  readonly id: string;
  readonly token: string;
  readonly refreshToken: string;
}

export interface WorkDone {
  hashes: number;
  verifies: number;
  atOnceMax: number;
}

export const ada = { name: "Ada", email: "ada@example.com", password: "correct horse" };

export interface WorldOptions extends Partial<UsersSettings> {
  readonly passwordLimits?: PasswordLimits;
}

export async function usersWorld({ passwordLimits, ...given }: WorldOptions = {}) {
  const database = await temporaryDatabase("users");
  const pool = openPool({ url: database.url, connectionsMax: 8, name: "users test" });
  const { log, lines } = recordedLog();
  const work: WorkDone = { hashes: 0, verifies: 0, atOnceMax: 0 };
  const settings: UsersSettings = {
    db: pool,
    passwords: passwords(counted(work), passwordLimits),
    seal: sealedBy("a secret of the tests, long enough"),
    limits: { failuresPerAccount: 10, failuresPerAddress: 100, registrationsPerAddress: 100 },
    sessionLifetimeMs: 60_000,
    cookies: { secure: true },
    clock: systemClock,
    log,
    ...given,
  };
  await requireSigningKey(pool, settings.seal);
  const world = { ...servedOn(settings), pool, url: database.url, settings, work, lines };
  return {
    ...world,
    query: async (text: string) => [...(await pool.q.execute(sql.raw(text)))],
    async [Symbol.asyncDispose]() {
      await pool.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  } satisfies UsersWorld;
}

/** One more process on the same database. */
export function servedOn(settings: UsersSettings) {
  const service = users(settings);
  const { clock, log, db } = settings;
  const keys = tokenKeys({ read: service.tokenKeys, clock, log });
  const authenticate = authenticator("required", tokenVerifier({ keys, clock }));

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const request = requestOf(method, path, options);
    const identity = await authenticate(request);
    const { address = "192.0.2.1" } = options;
    setContext(request, { ...contextOf(request), ...identity, address });
    const response = await service.app.handle(request);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  };
  const signIn = async (email: string, password: string) => {
    const { body } = await call("POST", "/api/login", { body: { email, password } });
    return { token: String(body.token), refreshToken: String(body.refreshToken) };
  };
  const signedIn = async (email: string, roles?: readonly string[]): Promise<SignedIn> => {
    const { body } = await call("POST", "/api/register", { body: { ...ada, email } });
    if (roles) {
      const list = `{${roles.join(",")}}`;
      await db.q.execute(sql`update users set roles = ${list}::text[] where id = ${body.id}`);
    }
    return { id: String(body.id), ...(await signIn(email, ada.password)) };
  };

  return {
    service,
    call,
    signedIn,
    ada: () => signedIn(ada.email),
    rpc(token?: string): Client<typeof UsersService> {
      const router = rpcOptions({
        routes: service.rpc,
        access: usersAccess,
        shutdownSignal: new AbortController().signal,
        log,
        interceptors: [
          (next) => async (request) => {
            const headers = new Headers(token ? { authorization: `Bearer ${token}` } : {});
            const identity = await authenticate({ method: "POST", headers });
            changeRpcRequest(request.contextValues, { ...identity, address: "192.0.2.1" });
            return next(request);
          },
        ],
      });
      return createClient(UsersService, createRouterTransport(service.rpc, { router }));
    },
  };
}

function requestOf(method: string, path: string, { body, headers, token }: CallOptions): Request {
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return new Request(`http://localhost:8383${path}`, {
    method,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(sent === undefined ? {} : { body: sent }),
  });
}

/** What a JWT says, unverified. */
export function partsOf(token: string) {
  const [header, claims] = token
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  return { header, claims };
}

/** The real work, watched. Costs are small, so that tests are quick; what costs are is a test of its own. */
function counted(done: WorkDone): PasswordWork {
  let atWork = 0;
  const watch = async <T>(work: () => Promise<T>): Promise<T> => {
    atWork += 1;
    done.atOnceMax = Math.max(done.atOnceMax, atWork);
    try {
      return await work();
    } finally {
      atWork -= 1;
    }
  };
  return {
    hash(password) {
      done.hashes += 1;
      return watch(() =>
        Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 8, timeCost: 1 }),
      );
    },
    verify(password, hash) {
      done.verifies += 1;
      return watch(() => Bun.password.verify(password, hash));
    },
  };
}
