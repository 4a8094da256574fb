import { repositoryFiles, textOf } from "./repository.ts";

/** The workspaces' folders by name, such as `@app/orders` at `services/orders`. */
export function workspaceFolders(): ReadonlyMap<string, string> {
  const manifests = repositoryFiles().filter((path) => path.endsWith("/package.json"));
  return new Map(
    manifests.map((path) => [
      String(JSON.parse(textOf(path)).name),
      path.slice(0, -"/package.json".length),
    ]),
  );
}
