import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dir, "libraries");
const stamp = join(folder, "node_modules/.installed");
const limitMs = 300_000;

/** Whether the peers' libraries are there, as their lock file has them. */
export const librariesInstalled = (): boolean =>
  existsSync(stamp) && readFileSync(stamp, "utf8") === wanted();

/**
 * Installs the peers' libraries when they are missing. They have a lock file of their own and come
 * when they are first compared with: there are as many of them as of half of everything else.
 */
export async function installLibraries(step: (text: string) => void): Promise<void> {
  if (librariesInstalled()) return;
  step("installing the peers' libraries");
  const child = Bun.spawn([process.execPath, "install", "--frozen-lockfile"], {
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: limitMs,
  });
  const [code, errors] = await Promise.all([
    child.exited,
    new Response(child.stderr).text(),
    new Response(child.stdout).text(),
  ]);
  if (code !== 0)
    throw new Error(`the peers' libraries could not be installed: ${errors.trim().slice(-1_000)}`);
  writeFileSync(stamp, wanted());
}

/** Changes with what is to be installed. */
function wanted(): string {
  const lock = readFileSync(join(folder, "bun.lock"));
  return `${Bun.version} ${new Bun.CryptoHasher("sha256").update(lock).digest("hex")}\n`;
}
