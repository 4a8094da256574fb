import { join } from "node:path";
import { authorisationPage } from "./authorisation-page.ts";
import { root } from "./repository.ts";

await Bun.write(join(root, "docs/authorisation.md"), authorisationPage());
