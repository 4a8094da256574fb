import { join } from "node:path";
import { errorCodes } from "./error-codes.ts";
import { errorsPage } from "./errors-page.ts";
import { root } from "./repository.ts";

await Bun.write(join(root, "docs/errors.md"), errorsPage(errorCodes()));
