import { nkeys } from "nats";
import { z } from "zod";
import { isNetwork } from "./caller-address.ts";
import { settingNotes } from "./config.ts";

/** A TCP port; 0 lets the system choose a free one. */
export const port = () =>
  z
    .string()
    .regex(/^\d{1,5}$/, "must be a port, 0 to 65535")
    .transform(Number)
    .refine((value) => value <= 65_535, "must be a port, 0 to 65535")
    .register(settingNotes, { example: "8080" });

/** A whole number within the limits given. */
export const wholeNumber = ({ min, max }: { readonly min: number; readonly max: number }) => {
  const text = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, text)
    .transform(Number)
    .refine((value) => value >= min && value <= max, text)
    .register(settingNotes, { example: String(min) });
};

export const postgresUrl = () =>
  z
    .string()
    .regex(/^postgres(?:ql)?:\/\/[^\s/]+(?:\/\S*)?$/, "must be a postgres:// url")
    .register(settingNotes, { example: "postgres://user:secret@127.0.0.1:5432/app" });

/** Where another service answers; its paths are appended. */
export const httpUrl = () =>
  z
    .url({ protocol: /^https?$/, error: "must be an http:// url" })
    .refine((url) => !/[?#]/.test(url), "must be an http:// url without query and fragment")
    .register(settingNotes, { example: "http://127.0.0.1:8090" });

const REPLICAS_MAX = 100;

/** A comma list of where the replicas of another service answer. */
export const httpUrls = () =>
  z
    .string()
    .transform((list) => list.split(",").map((url) => url.trim()))
    .refine(
      (list) =>
        list.length <= REPLICAS_MAX && list.every((url) => httpUrl().safeParse(url).success),
      "must be a comma list of http:// urls without query and fragment",
    )
    .transform((list): readonly string[] => list)
    .register(settingNotes, { example: "http://127.0.0.1:8080,http://127.0.0.1:8081" });

/** A file that is read again when it changes, and so is named and not given as its content. */
export const filePath = (example: string) =>
  z.string().max(4_096, "must be the path of a file").register(settingNotes, { example });

const NATS_SERVER = /^(?:(?:nats|tls|ws|wss):\/\/)?[^\s/,]+$/;

/** A comma list of servers, as the client takes it. */
export const natsUrl = () =>
  z
    .string()
    .transform((list) => list.split(",").map((server) => server.trim()))
    .refine(
      (servers) => servers.every((server) => NATS_SERVER.test(server)),
      "must be a comma list of nats:// urls",
    )
    .transform((servers): readonly string[] => servers)
    .register(settingNotes, { example: "nats://127.0.0.1:4222" });

/** The secret half of the key that names a caller to the broker. */
export const nkeySeed = () =>
  z
    .string()
    .refine(isUserSeed, "must be the seed of an nkey of a user, which begins with SU")
    .register(settingNotes, { example: "SU…" });

function isUserSeed(text: string): boolean {
  try {
    // The last two bytes are a sum over all others, so that a slip of the pen is found.
    return nkeys.fromSeed(new TextEncoder().encode(text)).getPublicKey().startsWith("U");
  } catch {
    return false;
  }
}

/** A comma list of addresses and networks. */
export const networks = () =>
  z
    .string()
    .transform((list) => list.split(",").map((network) => network.trim()))
    .refine((list) => list.every(isNetwork), "must be a comma list of addresses or networks")
    .transform((list): readonly string[] => list)
    .register(settingNotes, { example: "192.0.2.0/24,fd00::/8" });

const ORIGINS_MAX = 100;

/** A comma list of origins, exactly as browsers name them. */
export const origins = () =>
  z
    .string()
    .transform((list) => list.split(",").map((origin) => origin.trim()))
    .refine(
      (list) => list.length <= ORIGINS_MAX && list.every(isOrigin),
      "must be a comma list of origins, each as https://host or https://host:port",
    )
    .transform((list): readonly string[] => list)
    .register(settingNotes, { example: "https://app.example.com" });

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.parse(text)?.origin === text;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * A duration such as `250ms`, `30s`, `15m`, `48h` or `7d`, in milliseconds.
 * A default is written with `.prefault("15m")`, which reads it by the same rule.
 */
export const duration = () =>
  z
    .string()
    .transform((text) => {
      const [, amount = "", unit = ""] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
      return Number(amount) * (UNITS_MS[unit] ?? 0);
    })
    .refine((ms) => ms > 0, "must be a duration above 0 with its unit, ms, s, m, h or d")
    .register(settingNotes, { example: "30s" });

/** Who may call. Whoever forgets to choose is on the safe side. */
export const authMode = () =>
  z
    .enum(["required", "optional"], "must be required or optional")
    .register(settingNotes, { example: "required", refusedInProduction: "optional" })
    .default("required");

export const logLevel = () =>
  z
    .enum(["debug", "info", "warning", "error"], "must be debug, info, warning or error")
    .register(settingNotes, { example: "info" })
    .default("info");
