import { join } from "node:path";
import { root } from "./repository.ts";
import { settingsPage } from "./settings-page.ts";

await Bun.write(join(root, "docs/configuration.md"), settingsPage());
