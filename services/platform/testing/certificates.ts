import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { scratchDirectory } from "@app/dev/test-infrastructure/scratch.ts";
import type { CertificateFiles } from "../certificate.ts";

/** A certificate of one test's own, in files that can be replaced. */
export interface TemporaryCertificate extends CertificateFiles, AsyncDisposable {
  /** Puts another certificate and its key in their place. */
  renew(options?: CertificateOptions): Promise<void>;
  /** Writes anything into one of the files. */
  write(file: "certFile" | "keyFile", text: string): void;
}

export interface CertificateOptions {
  readonly days?: number;
}

const REPOSITORY = resolve(import.meta.dir, "../../..");

/** Made by the command that engineers use, good for `localhost` and its addresses. */
export async function temporaryCertificate(
  options: CertificateOptions = {},
): Promise<TemporaryCertificate> {
  const folder = join(scratchDirectory(), "certificates", crypto.randomUUID());
  mkdirSync(folder, { recursive: true });
  const files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
  await make(folder, options);
  return {
    ...files,
    renew: (renewed = {}) => make(folder, renewed),
    write(file, text) {
      // As a renewal does it: whoever reads meanwhile sees one or the other, whole.
      writeFileSync(`${files[file]}.other`, text);
      renameSync(`${files[file]}.other`, files[file]);
    },
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function make(folder: string, { days = 30 }: CertificateOptions): Promise<void> {
  const program = join(REPOSITORY, "tools/qb/main.ts");
  const flags = ["--out", folder, "--days", String(days), "--force"];
  const command = [process.execPath, program, "cert", "dev", ...flags];
  const made = Bun.spawn(command, { cwd: REPOSITORY, stdout: "ignore", stderr: "pipe" });
  const [code, complaint] = await Promise.all([made.exited, new Response(made.stderr).text()]);
  if (code !== 0) throw new Error(`qb cert dev ended with ${code}: ${complaint}`);
}
