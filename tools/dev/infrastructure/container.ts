import { NotOffered } from "./ways.ts";

/** A server in a container, run by a `docker run` that stays attached to it. */
export interface Container {
  readonly image: string;
  readonly name: string;
  /** The port on 127.0.0.1, and the one the server listens on inside. */
  readonly port: { readonly outside: number; readonly inside: number };
  readonly mount: { readonly outside: string; readonly inside: string };
  /** Variables handed through by name, so that no secret stands in the command line. */
  readonly variables: readonly string[];
  readonly args: readonly string[];
}

const ENGINE_DEADLINE_MS = 5_000;

/** A program that comes as an image. */
export interface ContainerImage {
  readonly image: string;
  readonly source: "Docker";
}

/** The image, which the first run pulls; throws unless an engine answers. */
export function containerImage(image: string): ContainerImage {
  if (!Bun.which("docker")) throw new NotOffered("no docker on PATH");
  const info = Bun.spawnSync(["docker", "version", "--format", "{{.Server.Version}}"], {
    timeout: ENGINE_DEADLINE_MS,
  });
  if (info.exitCode !== 0) throw new Error("docker is installed, but no engine answers");
  return { image, source: "Docker" };
}

/** One name for each data directory, so that a container left behind is found again. */
export function containerName(directory: string): string {
  return `quickbite-${new Bun.CryptoHasher("sha256").update(directory).digest("hex").slice(0, 16)}`;
}

/** Removes a container that outlived its starter; to be called by the holder of the lock. */
export async function removeContainer(name: string): Promise<void> {
  const remove = Bun.spawn(["docker", "rm", "--force", name], {
    stdout: "ignore",
    stderr: "ignore",
  });
  await remove.exited;
}

/** The command that runs a container until it ends; it passes signals on to it. */
export function runCommand({ image, name, port, mount, variables, args }: Container): string[] {
  const user = process.getuid?.() || undefined;
  return [
    ...["docker", "run", "--rm", "--name", name],
    ...["--publish", `127.0.0.1:${port.outside}:${port.inside}`],
    ...["--volume", `${mount.outside}:${mount.inside}`],
    // The files belong to whoever runs this; images begin as root and step down by themselves.
    ...(user === undefined ? [] : ["--user", `${user}:${process.getgid?.() ?? user}`]),
    ...variables.flatMap((variable) => ["--env", variable]),
    image,
    ...args,
  ];
}

/** Signals for what runs inside: `docker run` cannot pass on those that stop or kill itself. */
export function signalContainer(name: string, signal: NodeJS.Signals): void {
  const order: Partial<Record<NodeJS.Signals, string[]>> = {
    SIGSTOP: ["pause"],
    SIGCONT: ["unpause"],
  };
  const command = order[signal] ?? ["kill", "--signal", signal];
  // One that is gone, or not paused, is as the sender wanted it.
  Bun.spawnSync(["docker", ...command, name], { stdout: "ignore", stderr: "ignore" });
}
