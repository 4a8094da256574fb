import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { compile } from "./compile.ts";
import { runnableServices } from "./dev/service-plan.ts";
import { identify } from "./infrastructure/process-tree.ts";

const root = resolve(import.meta.dir, "../..");
const parent = join(root, ".quickbite/test-executables");

/** The services, each as one program. */
export interface TestExecutables extends Disposable {
  readonly folder: string;
}

/**
 * Compiles all services for a run of many tests, which starts them some hundred times: compiled they
 * are ready after half the processor time, and what is tested is what is deployed. They take about
 * 120 MB each until the end of the scope; what a killed run left behind, the next one removes.
 */
export async function compileForTests(): Promise<TestExecutables> {
  removeLeftovers();
  const folder = join(parent, `run-${process.pid}`);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await Promise.all(
      runnableServices(root).map((service) =>
        compile({ service, outfile: join(folder, `quickbite-${service}`) }),
      ),
    );
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, [Symbol.dispose]: remove };
}

function removeLeftovers(): void {
  if (!existsSync(parent)) return;
  for (const entry of readdirSync(parent)) {
    const pid = Number(/^run-(\d+)$/.exec(entry)?.[1] ?? process.pid);
    if (pid === process.pid || identify(pid)) continue;
    rmSync(join(parent, entry), { recursive: true, force: true });
  }
}
