import { chownSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** How to run a program that refuses to be root, and who must own the files it writes. */
export interface Account {
  readonly runAs?: { readonly uid: number; readonly gid: number };
  /** Put before the command. */
  readonly prefix: readonly string[];
  /** Undefined when the files are already whose they must be. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

// `nobody`: the one user every system has.
const NOBODY = { uid: 65534, gid: 65534 };
const ROOT = { uid: 0, gid: 0 };

/** Root's ways to be somebody else, the plain one first. */
const ACCOUNTS: readonly Account[] = [
  { runAs: NOBODY, prefix: [], owner: NOBODY },
  // Below a directory that only root may enter (a checkout in /root), root plays `nobody` in a user
  // namespace: to the files it stays root.
  {
    prefix: ["unshare", "--user", `--map-user=${NOBODY.uid}`, `--map-group=${NOBODY.gid}`],
    owner: ROOT,
  },
  // Where namespaces are forbidden (most containers), `nobody` is lent the right to pass.
  {
    prefix: [
      ...["setpriv", `--reuid=${NOBODY.uid}`, `--regid=${NOBODY.gid}`, "--clear-groups"],
      ...["--inh-caps=+dac_override", "--ambient-caps=+dac_override"],
    ],
    owner: NOBODY,
  },
];

/** An account that is not root and may enter or run each of the paths. */
export function unprivilegedAccount(paths: readonly string[]): Account {
  if (process.getuid?.() !== 0) return { prefix: [] };

  const account = ACCOUNTS.find((each) => reaches(each, paths));
  if (account) return account;
  throw new Error(
    `Postgres refuses to run as root, and no other user may enter ${paths.join(" and ")}: ` +
      "run as a plain user, move the repository, or open the directories above it (chmod o+x)",
  );
}

/** Hands a file or a whole directory over; nothing happens when it already is the owner's. */
export function giveTo(path: string, owner: Account["owner"]): void {
  const status = lstatSync(path);
  if (!owner || status.uid === owner.uid) return;
  if (status.isDirectory()) for (const entry of readdirSync(path)) giveTo(join(path, entry), owner);
  // The directory itself goes last: an interrupted hand-over is taken up again.
  chownSync(path, owner.uid, owner.gid);
}

function reaches({ prefix, runAs }: Account, paths: readonly string[]): boolean {
  if (prefix[0] && !Bun.which(prefix[0])) return false;
  const check = 'for path; do test -x "$path" || exit 1; done';
  const { exitCode } = Bun.spawnSync([...prefix, "/bin/sh", "-c", check, "sh", ...paths], {
    cwd: "/",
    stdout: "ignore",
    stderr: "ignore",
    ...runAs,
  });
  return exitCode === 0;
}
