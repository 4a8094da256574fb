import type { Page } from "playwright-core";

export interface LoadedScript {
  readonly path: string;
  /** As it came through the wire. */
  readonly compressedBytes: number;
}

/** The scripts that a page has loaded, whoever asked for them. */
export function loadedScripts(page: Page): Promise<LoadedScript[]> {
  return page.evaluate<LoadedScript[]>(`performance.getEntriesByType("resource")
    .map(({ name, encodedBodySize }) => ({ path: new URL(name).pathname, compressedBytes: encodedBodySize }))
    .filter(({ path }) => path.endsWith(".js"))`);
}
