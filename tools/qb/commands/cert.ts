import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { developmentCertificate } from "../development-certificate.ts";
import { Failure } from "../failure.ts";
import { wholeNumber } from "../options.ts";
import type { Run } from "../program.ts";

interface CertificateFlags {
  readonly out: string;
  readonly host?: readonly string[];
  readonly days: number;
  readonly force?: boolean;
}

/** This machine as its own programs name it. */
const machineNames = ["localhost", "127.0.0.1", "::1"] as const;
const DAYS_DEFAULT = 365;
const DAYS_MAX = 825;

/** Certificates that the services use on an engineer's machine. */
export function certCommands(program: Command, run: Run): void {
  const cert = program.command("cert").description("certificates for HTTPS");

  cert
    .command("dev")
    .description("make a certificate for this machine, which browsers trust only when told to")
    .option("--out <folder>", "where cert.pem and key.pem go", ".quickbite/certificates")
    .option("--host <names...>", "further host names and addresses it is good for")
    .option(
      "--days <count>",
      `for how long it is good, 1 to ${DAYS_MAX}`,
      wholeNumber(1, DAYS_MAX),
      DAYS_DEFAULT,
    )
    .option("--force", "replace one that is there; services that use it take the new one up")
    .action(run((context, flags: CertificateFlags) => makeDevelopment(context, flags)));
}

async function makeDevelopment(
  { out }: Context,
  { out: folder, host = [], days, force = false }: CertificateFlags,
): Promise<void> {
  const certFile = resolve(join(folder, "cert.pem"));
  const keyFile = resolve(join(folder, "key.pem"));
  if (!force && (existsSync(certFile) || existsSync(keyFile))) {
    throw new Failure("refused", `there is a certificate in ${resolve(folder)}`, {
      next: "qb cert dev --force",
    });
  }
  const [first, ...others] = machineNames;
  const names: readonly [string, ...string[]] = [first, ...others, ...host];
  const made = await developmentCertificate({ names, from: new Date(), days });

  await mkdir(folder, { recursive: true });
  // The key is nobody else's business, not even for the moment until its mode is changed.
  await replace(keyFile, made.key, 0o600);
  await replace(certFile, made.cert, 0o644);
  out.data({ certFile, keyFile, names, days });
  out.say(`A certificate for ${names.join(", ")}, good for ${days} days.`);
  out.say("\nTry next:");
  out.say(`  TLS_CERT_FILE=${certFile} TLS_KEY_FILE=${keyFile} bun run dev`);
  out.say(`  curl --cacert ${certFile} https://localhost:9191/events`);
}

/** Whoever reads the file meanwhile sees the old one or the new one, whole. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  const beside = `${path}.new`;
  await writeFile(beside, text, { mode });
  await rename(beside, path);
}
