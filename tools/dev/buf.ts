import { dirname, join } from "node:path";

const packages = "node_modules/@bufbuild";

/**
 * Runs the repository's own `buf` on `root` and returns its exit code, its output passed through.
 *
 * buf and its plugin are started as `bun`. Where only npx brought Bun along it is on no PATH, so
 * this process's own is put in front.
 */
export async function runBuf(root: string, args: readonly string[]): Promise<number> {
  const path = [dirname(process.execPath), process.env.PATH ?? ""].join(":");
  const child = Bun.spawn([process.execPath, join(root, packages, "buf/bin/buf"), ...args], {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return child.exited;
}
