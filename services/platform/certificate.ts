import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import type { HealthCheck } from "./health.ts";
import type { Log } from "./log.ts";

/** A certificate, with those that vouch for it, and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly expiresAt: Date;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The certificate of two files that are replaced now and then while it is in use. */
export interface WatchedCertificate {
  /** The last one that was whole. */
  current(): Certificate;
  /**
   * Reads the files again. Files that cannot be used, such as a new certificate before its key was
   * written, leave the old one as it is; each such state is told to the log once.
   */
  look(): Promise<void>;
  /** Fails in the last week of the certificate: whoever renews it has failed by then. */
  readonly check: HealthCheck;
}

const RENEWED_BEFORE_MS = 7 * 86_400_000;

/** Reads both files. Throws when they are not a certificate and its key. */
export async function watchedCertificate(
  files: CertificateFiles,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<WatchedCertificate> {
  let current = await readCertificate(files);
  let refused: string | undefined;

  return {
    current: () => current,
    async look() {
      try {
        const found = await readCertificate(files);
        refused = undefined;
        if (found.cert !== current.cert || found.key !== current.key) current = found;
      } catch (err) {
        const problem = err instanceof Error ? err.message : String(err);
        if (problem !== refused)
          log.warn("new certificate is not usable, the old one stays", { err });
        refused = problem;
      }
    },
    check: {
      name: "certificate",
      critical: false,
      probe() {
        const { expiresAt } = current;
        if (expiresAt.getTime() - clock.now().getTime() > RENEWED_BEFORE_MS) return;
        const text = `expires at ${expiresAt.toISOString()}`;
        throw new Refusal("unavailable", "certificate_expires", text);
      },
    },
  };
}

/** Throws unless the files are a certificate and the key that belongs to it. */
export async function readCertificate({
  certFile,
  keyFile,
}: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([
    textOf("TLS_CERT_FILE", certFile),
    textOf("TLS_KEY_FILE", keyFile),
  ]);
  const certificate = parsed("TLS_CERT_FILE", () => new X509Certificate(cert));
  const privateKey = parsed("TLS_KEY_FILE", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error("TLS_KEY_FILE holds the key of another certificate than TLS_CERT_FILE");
  return { cert, key, expiresAt: new Date(certificate.validTo) };
}

async function textOf(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new Error(`the file of ${setting} cannot be read`, { cause });
  }
}

/** What a parser says of a key may quote it, so that only the kind of failure is told. */
function parsed<T>(setting: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new Error(`the file of ${setting} is no PEM that can be read`);
  }
}
