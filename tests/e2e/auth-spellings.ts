import { filled } from "./auth-calls.ts";
import type { GuardedService } from "./auth-services.ts";

/** A route that is not public, asked for in a way that its rule might not know it by. */
export interface Misspelt {
  readonly method: string;
  readonly path: string;
}

/** Ways to write a path that a router and the one who guards it could read differently. */
const spellings: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => `${path};x=1`,
  (path) => `${path}%00`,
  (path) => `/healthz%2f..${path}`,
  (path) => path.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/.\/(?=[^/]*$)/, (before) => before.replace("/", "%2f")),
];

/** Every guarded route of a service in every such way, and what only reads by HEAD too. */
export function misspeltRoutes({
  access,
  params,
}: Pick<GuardedService, "access" | "params">): readonly Misspelt[] {
  return Object.entries(access).flatMap(([name, rule]) => {
    const [method = "", path] = name.split(" ");
    if (path === undefined || rule === "public") return [];
    const right = filled(path, params);
    const wrong = spellings.map((spell) => ({ method, path: spell(right) }));
    return method === "GET" ? [...wrong, { method: "HEAD", path: right }] : wrong;
  });
}
