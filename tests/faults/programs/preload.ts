import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plugin } from "bun";

/** Preloaded into a service's process, so that its own main.ts is hosted by `faulty-host.ts`. */
const FAULTY_HOST = join(import.meta.dir, "faulty-host.ts");
const HOST = '"@app/platform/host.ts"';

plugin({
  name: "faulty host",
  setup(build) {
    build.onLoad({ filter: /\/services\/(?:orders|inventory)\/main\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes(HOST)) throw new Error(`${path} imports no ${HOST}`);
      return { contents: text.replace(HOST, JSON.stringify(FAULTY_HOST)), loader: "ts" };
    });
  },
});
