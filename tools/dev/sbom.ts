import { join, resolve } from "node:path";
import { Command } from "commander";

const root = resolve(import.meta.dir, "../..");
const listedWithinMs = 120_000;

/** `name@version`, where from, what it needs, its sum. Packages of the workspace have the first alone. */
type Locked = readonly [id: string, from?: string, needs?: unknown, sum?: string];
/** By licence, as `bun pm licenses --json` tells it. */
type Licences = Readonly<
  Record<string, readonly { readonly name: string; readonly versions: readonly string[] }[]>
>;

/** What a bill of materials is made of. Licences are those of packages that are installed on this machine. */
export interface Materials {
  readonly lock: string;
  readonly licences: Licences;
  /** The same of those alone that no devDependency brings. */
  readonly running: Licences;
  readonly bun: string;
}

if (import.meta.main) {
  const program = new Command("sbom")
    .description("list every package with its sum and licence, in CycloneDX's JSON")
    .option("--out <file>", "where to write it", "sbom.cdx.json")
    .parse();
  const { out } = program.opts<{ out: string }>();
  await Bun.write(out, `${JSON.stringify(billOfMaterials(await materials()), undefined, 2)}\n`);
  console.log(out);
}

/** As this checkout has them. */
export async function materials(): Promise<Materials> {
  return {
    lock: await Bun.file(join(root, "bun.lock")).text(),
    licences: await licencesOf(),
    running: await licencesOf("--prod"),
    bun: Bun.version,
  };
}

/**
 * Names each package of the lock file once. The same lock file gives the same bill, so it has neither a date
 * nor a number of its own. What only builds or tests has the scope `excluded`; so have programs for other machines.
 */
export function billOfMaterials({ lock, licences, running, bun }: Materials) {
  const licenceOf = byPackage(licences);
  const runs = byPackage(running);
  const { packages } = Bun.JSONC.parse(lock) as { packages: Readonly<Record<string, Locked>> };
  const foreign = Object.values(packages).filter((entry) => entry.length > 1);
  const sums = new Map(foreign.map(([id, , , sum = ""]) => [id, sum]));
  const components = [...sums].map(([id, sum]) => {
    const at = id.lastIndexOf("@");
    const [name, version] = [id.slice(0, at), id.slice(at + 1)];
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    const licence = licenceOf.get(id);
    return {
      type: "library",
      "bom-ref": purl,
      name,
      version,
      scope: runs.has(id) ? "required" : "excluded",
      purl,
      hashes: [{ alg: "SHA-512", content: hexOf(sum) }],
      ...(licence !== undefined && { licenses: [{ expression: licence }] }),
    };
  });
  const runtime = `pkg:github/oven-sh/bun@bun-v${bun}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", "bom-ref": "quickbite", name: "quickbite" } },
    components: [
      {
        ...{ type: "platform", "bom-ref": runtime, name: "bun", version: bun },
        ...{ scope: "required", purl: runtime },
      },
      ...components,
    ],
  };
}

function byPackage(licences: Licences): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(licences).flatMap(([licence, found]) =>
      found.flatMap(({ name, versions }) =>
        versions.map((version) => [`${name}@${version}`, licence] as const),
      ),
    ),
  );
}

function hexOf(sum: string): string {
  const [algorithm, coded] = sum.split("-");
  if (algorithm !== "sha512" || coded === undefined) throw new Error(`no SHA-512: ${sum}`);
  return Buffer.from(coded, "base64").toString("hex");
}

async function licencesOf(...options: readonly string[]): Promise<Licences> {
  const command = [process.execPath, "pm", "licenses", "--json", ...options];
  const listing = Bun.spawn(command, { cwd: root, timeout: listedWithinMs });
  const text = await new Response(listing.stdout).text();
  const code = await listing.exited;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}`);
  return JSON.parse(text);
}
