import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { developmentCertificate } from "./development-certificate.ts";

// Each command is a process of its own.
setDefaultTimeout(120_000);

const from = new Date("2026-01-01T12:00:00Z");

describe("developmentCertificate", () => {
  test("is good for the names given, for servers alone, as long as was wished", async () => {
    const names = ["localhost", "127.0.0.1", "::1", "api.test"] as const;

    const made = await developmentCertificate({ names: [...names], from, days: 30 });

    const certificate = new X509Certificate(made.cert);
    expect(certificate.subject).toBe("CN=localhost");
    for (const host of ["localhost", "api.test"]) expect(certificate.checkHost(host)).toBe(host);
    for (const ip of ["127.0.0.1", "::1"]) expect(certificate.checkIP(ip)).toBeDefined();
    expect(certificate.checkHost("example.org")).toBeUndefined();
    expect(certificate.ca).toBe(false);
    expect([new Date(certificate.validFrom), new Date(certificate.validTo)]).toEqual([
      from,
      new Date("2026-01-31T12:00:00Z"),
    ]);
    expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });
});

describe("qb cert dev", () => {
  test("writes both files, the key for its owner alone, and replaces none unless told to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "certificates-"));
    try {
      const first = await qb("cert", "dev", "--out", folder, "--host", "api.test");
      const { certFile, keyFile } = JSON.parse(first.out);
      const before = readFileSync(certFile, "utf8");
      const again = await qb("cert", "dev", "--out", folder);
      const kept = readFileSync(certFile, "utf8");
      const forced = await qb("cert", "dev", "--out", folder, "--force");

      expect([first.code, again.code, forced.code]).toEqual([0, 4, 0]);
      expect(new X509Certificate(before).checkHost("api.test")).toBe("api.test");
      expect(statSync(keyFile).mode & 0o777).toBe(0o600);
      expect(kept).toBe(before);
      expect(readFileSync(certFile, "utf8")).not.toBe(before);
      expect(again.complaint).toContain("qb cert dev --force");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function qb(...args: readonly string[]) {
  const program = join(import.meta.dir, "main.ts");
  const child = Bun.spawn([process.execPath, program, "--json", ...args], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { out, complaint, code: await child.exited };
}
