import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "bun";
import { runBuf } from "./buf.ts";

/** What the working tree's contracts are compared with, or why there is nothing to compare. */
export type Base =
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "none"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

if (import.meta.main) {
  const root = join(import.meta.dir, "../..");
  process.exitCode = await checkBreaking(root, Bun.argv[2]);
}

/**
 * Fails when the contracts of the working tree would break a client or a stored message of `against`,
 * by default the commit that `baseOf` finds. Returns the exit code.
 */
export async function checkBreaking(root: string, against?: string): Promise<number> {
  const base = against ? await commitOf(root, against) : await baseOf(root);
  if (base.kind !== "commit") {
    console.error(`Contracts are not compared: ${base.why}`);
    return base.kind === "none" ? 0 : 1;
  }

  const directory = await mkdtemp(join(tmpdir(), "breaking-"));
  try {
    const { commit } = base;
    if (!(await succeeds($`git -C ${root} cat-file -e ${commit}:buf.yaml`))) {
      console.error(`Contracts are not compared: ${commit.slice(0, 7)} has none.`);
      return 0;
    }
    // An unpacked copy, because `.git#ref=` fails in worktrees, where `.git` is a file.
    const archive = join(directory, "base.tar");
    await $`git -C ${root} archive --output ${archive} ${commit} buf.yaml proto`.quiet();
    await $`tar -xf ${archive} -C ${directory}`.quiet();
    return await runBuf(root, ["breaking", "--against", directory]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Where the present line of work left main: on a branch its merge base with main; on main itself,
 * with the contracts committed, the commit before (for a merge: main before it).
 */
export async function baseOf(root: string): Promise<Base> {
  const head = await commitOf(root, "HEAD");
  if (head.kind !== "commit") return { kind: "none", why: "there is no commit yet." };

  const main = await firstCommitOf(root, ["origin/main", "main"]);
  const shared =
    main && (await $`git -C ${root} merge-base HEAD ${main}`.quiet().nothrow().text()).trim();
  const changed =
    (await $`git -C ${root} status --porcelain -- proto buf.yaml`.quiet().text()) !== "";
  if (shared && (shared !== head.commit || changed)) return { kind: "commit", commit: shared };

  const before = await commitOf(root, "HEAD~1");
  if (before.kind === "commit") return before;
  const shallow = (await $`git -C ${root} rev-parse --is-shallow-repository`.quiet().text()).trim();
  return shallow === "true"
    ? { kind: "unknown", why: "the clone is shallow; run `git fetch --unshallow` first." }
    : { kind: "none", why: "this is the first commit." };
}

async function firstCommitOf(root: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const found = await commitOf(root, name);
    if (found.kind === "commit") return found.commit;
  }
  return undefined;
}

async function commitOf(root: string, name: string): Promise<Base> {
  const parsed = await $`git -C ${root} rev-parse --verify --quiet ${`${name}^{commit}`}`
    .quiet()
    .nothrow();
  if (parsed.exitCode !== 0) return { kind: "unknown", why: `${name} is no commit here.` };
  return { kind: "commit", commit: parsed.stdout.toString().trim() };
}

async function succeeds(command: ReturnType<typeof $>): Promise<boolean> {
  return (await command.quiet().nothrow()).exitCode === 0;
}
