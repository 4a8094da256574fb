// The library finds its parts by decorators, which need this first.
import "reflect-metadata";
import { isIP } from "node:net";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate that vouches for itself, and its key, as PEM. */
export interface DevelopmentCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  /** Host names and addresses it is good for; the first one is also its subject. */
  readonly names: readonly [string, ...string[]];
  readonly from: Date;
  readonly days: number;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;

/** Makes a certificate for one's own machine. No browser trusts it unless it is told to. */
export async function developmentCertificate({
  names,
  from,
  days,
}: CertificateWish): Promise<DevelopmentCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [names[0]] }],
    keys,
    signingAlgorithm: algorithm,
    notBefore: from,
    notAfter: new Date(from.getTime() + days * DAY_MS),
    extensions: [
      new SubjectAlternativeNameExtension(
        names.map((value) => ({
          type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const),
          value,
        })),
      ),
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    ],
  });
  return { cert: `${certificate.toString("pem")}\n`, key: await pemOf(keys.privateKey) };
}

async function pemOf(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
  const label = "PRIVATE KEY";
  const lines = der.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
