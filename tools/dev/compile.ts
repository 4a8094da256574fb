import { mkdir, readdir, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { hasDatabase, runnableServices } from "./dev/service-plan.ts";

const root = resolve(import.meta.dir, "../..");
const client = join(root, "services/web/dist/executable");
const clientLimitMs = 120_000;

/** What backs up and restores; it makes tables by the migrations of every service. */
const operatorsProgram = "qb";

export interface Executable {
  readonly service: string;
  /** Where the program goes, a file of about 110 MB. */
  readonly outfile: string;
  /** Another kind of machine, such as `bun-linux-arm64`; Bun fetches its own runtime for that one. */
  readonly target?: Bun.Build.CompileTarget | undefined;
}

if (import.meta.main) {
  const services = [...runnableServices(root), operatorsProgram];
  const program = new Command("compile")
    .description(
      "make a single executable of each service, and of qb: no Bun and no packages are needed to run it",
    )
    .argument("[services...]", `of ${services.join(", ")}; all of them when none is named`)
    .option("--out <folder>", "where quickbite-<service> goes", ".quickbite/executables")
    .option("--target <target>", "another machine: bun-linux-x64, bun-linux-arm64, …")
    .parse();
  const { out, target } = program.opts<{ out: string; target?: Bun.Build.CompileTarget }>();
  const unknown = program.args.filter((name) => !services.includes(name));
  if (unknown.length > 0) program.error(`no service: ${unknown.join(", ")}`);
  const folder = resolve(out);
  for (const service of program.args.length > 0 ? program.args : services) {
    const outfile = join(folder, `quickbite-${service}`);
    await compile({ service, outfile, target });
    console.log(outfile);
  }
}

/**
 * Makes one program of a service's code, its packages, Bun, and the files that it reads at run time:
 * its migrations, and of web what a browser is sent. They keep their paths, see `shippedFiles`.
 */
export async function compile({ service, outfile, target }: Executable): Promise<void> {
  const parent = service === operatorsProgram ? "tools" : "services";
  const main = join(root, parent, service, "main.ts");
  const files = await filesOf(service);
  await mkdir(resolve(outfile, ".."), { recursive: true });
  const { success, logs } = await Bun.build({
    entrypoints: [main],
    root,
    compile: { outfile, ...(target !== undefined && { target }) },
    naming: { asset: "[dir]/[name].[ext]" },
    // Compiled ahead, it is ready after half the processor time. Bytecode asks for a format by name.
    format: "esm",
    bytecode: true,
    sourcemap: "inline",
    // Nothing is minified: Elysia reads the text of handlers to learn what they use, and takes one whose
    // statements became one expression for another.
    plugins: [holding(main, files)],
  });
  if (!success) throw new AggregateError(logs, `${service} does not compile`);
  // The program holds a copy, which is what its stack traces are told by.
  await rm(`${outfile}.map`, { force: true });
}

/** Makes the bundler put files beside the program, which it does with what the program imports. */
function holding(main: string, files: readonly string[]): Bun.BunPlugin {
  const imports = files.map(
    (file, at) => `import held${at} from ${JSON.stringify(file)} with { type: "file" };`,
  );
  // Exported, so that none is dropped for being unused.
  const kept = `export const held = [${files.map((_, at) => `held${at}`).join(", ")}];`;
  return {
    name: "held files",
    setup(build) {
      build.onLoad({ filter: /[/\\]main\.ts$/ }, async ({ path }) => {
        const code = await Bun.file(path).text();
        const contents = path === main ? [...imports, kept, code].join("\n") : code;
        return { contents, loader: "ts" };
      });
    },
  };
}

async function filesOf(service: string): Promise<readonly string[]> {
  const folder = await folderOf(service);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/_snapshot\.json$|\.ts$/.test(relative(folder, path)))
    .sort();
}

async function folderOf(service: string): Promise<string> {
  const migrations = join(root, "drizzle");
  if (service === operatorsProgram) return migrations;
  return hasDatabase(root, service) ? join(migrations, service) : await builtClient();
}

/** Built as for an image, in a process of its own: the code of web is no matter of ours. */
async function builtClient(): Promise<string> {
  await rm(client, { recursive: true, force: true });
  const program = join(root, "services/web/build/build-client.ts");
  const building = Bun.spawn([process.execPath, program, client, "best"], {
    stdout: "ignore",
    stderr: "inherit",
    timeout: clientLimitMs,
  });
  if ((await building.exited) !== 0) throw new Error("the client does not build");
  return client;
}
