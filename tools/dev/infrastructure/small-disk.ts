import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { spawnGuarded } from "./guarded-process.ts";
import { signalProcess } from "./process-tree.ts";

/** A disk that can be full, seen at one directory by the programs that are started on it, and by no other. */
export interface SmallDisk extends AsyncDisposable {
  /** Put before the command of a program that is to see the disk. It runs as root of its namespace. */
  readonly enter: readonly string[];
  /** The same for a program that refuses to be root. */
  readonly enterAsNobody: readonly string[];
  /** The directory as everybody else can reach it. */
  readonly outside: string;
  /** Leaves no byte free. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
}

const NOBODY = 65534;
const MOUNT_DEADLINE_MS = 10_000;
const POLL_MS = 5;
const FILLER = "filler";
/** Large pieces first, then what fits into the rest. */
const PIECES = [1024 * 1024, 4096, 1] as const;

/** Why there can be no such disk on this machine; undefined where there can. It takes no root. */
export function smallDiskProblem(): string | undefined {
  if (process.platform !== "linux") return "small disks need Linux";
  for (const program of ["unshare", "nsenter"])
    if (!Bun.which(program)) return `there is no ${program}`;
  const { exitCode } = Bun.spawnSync(["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], {
    stdout: "ignore",
    stderr: "ignore",
  });
  return exitCode === 0 ? undefined : "user namespaces are refused";
}

/** Mounts a disk of so many bytes of memory over `directory`, in namespaces of its own. */
export async function openSmallDisk({
  directory,
  bytes,
}: {
  readonly directory: string;
  readonly bytes: number;
}): Promise<SmallDisk> {
  mkdirSync(directory, { recursive: true });
  const mount = 'mount -t tmpfs -o "size=$1,mode=700" tmpfs "$2" && exec sleep infinity';
  const { identity, exited } = await spawnGuarded({
    command: ["unshare", "-Urm", "sh", "-c", mount, "sh", String(bytes), directory],
    output: ["ignore", "ignore"],
    onOrphaned: { signal: "SIGKILL", graceMs: 0, stage: 2, directories: [] },
  });
  const { pid } = identity;
  await untilMounted(pid, directory);
  const outside = `/proc/${pid}/root${directory}`;
  const enter = ["nsenter", "-t", String(pid), "-U", "-m", "--preserve-credentials"];
  const filler = `${outside}/${FILLER}`;
  return {
    enter,
    enterAsNobody: [...enter, "unshare", "-U", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`],
    outside,
    fill() {
      const file = openSync(filler, "a");
      for (const size of PIECES) writeUntilFull(file, Buffer.alloc(size), bytes);
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      signalProcess(pid, "SIGKILL");
      await exited;
    },
  };
}

async function untilMounted(pid: number, directory: string): Promise<void> {
  const giveUpAt = Date.now() + MOUNT_DEADLINE_MS;
  while (Date.now() < giveUpAt) {
    if (readFileSync(`/proc/${pid}/mounts`, "utf8").includes(` ${directory} tmpfs`)) return;
    await Bun.sleep(POLL_MS);
  }
  throw new Error(`no disk was mounted over ${directory} within ${MOUNT_DEADLINE_MS} ms`);
}

function writeUntilFull(file: number, piece: Uint8Array, bytesMax: number): void {
  try {
    for (let written = 0; written <= bytesMax; ) written += writeSync(file, piece);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
