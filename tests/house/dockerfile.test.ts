import { describe, expect, test } from "bun:test";
import { dirname } from "node:path";
import { isFile, repositoryFiles, textOf } from "./repository.ts";

const dockerfile = textOf("deploy/images/Dockerfile");
const linesOf = (instruction: string) =>
  [...dockerfile.matchAll(new RegExp(`^${instruction} (.+)$`, "gm"))].map(([, rest = ""]) => rest);

describe("the Dockerfile", () => {
  test("builds and runs on the Bun that the repository names", () => {
    const { packageManager } = JSON.parse(textOf("package.json"));

    expect(
      `bun@${linesOf("ARG")
        .find((line) => line.startsWith("BUN_VERSION="))
        ?.slice(12)}`,
    ).toBe(packageManager);
    expect(linesOf("FROM")).toEqual([
      "--platform=$BUILDPLATFORM oven/bun:@{BUN_VERSION} AS packages".replace("@", "$"),
      "packages AS client",
      "oven/bun:@{BUN_VERSION}-distroless".replace("@", "$"),
    ]);
  });

  test("brings every manifest that the frozen lock file knows", () => {
    const { workspaces } = JSON.parse(textOf("package.json"));
    const manifests = repositoryFiles().filter((path) =>
      workspaces.some((glob: string) => new Bun.Glob(`${glob}/package.json`).match(path)),
    );
    const copied = linesOf("COPY").map((line) => line.split(" ")[0] ?? "");

    expect(manifests.filter((path) => !copied.includes(path))).toEqual([]);
    expect(dockerfile).toContain("bun install --frozen-lockfile --production --ignore-scripts");
  });

  test("brings the patches of dependencies", () => {
    const { patchedDependencies = {} } = JSON.parse(textOf("package.json"));
    const folders = Object.values(patchedDependencies).map((path) => dirname(String(path)));
    const copied = linesOf("COPY").map((line) => line.split(" ")[0] ?? "");

    expect(folders.filter((folder) => !copied.includes(folder))).toEqual([]);
  });

  test("copies only what is there", () => {
    const files = repositoryFiles();
    const sources = linesOf("COPY")
      .filter((line) => !line.startsWith("--from"))
      .flatMap((line) => line.split(" ").slice(0, -1))
      .filter((source) => !source.includes("{"));

    const missing = sources.filter(
      (source) => !files.some((path) => path === source || path.startsWith(`${source}/`)),
    );
    expect(missing).toEqual([]);
  });

  test("bundles what a browser is sent, where no earlier build of it can stand in the way", () => {
    const [built = ""] =
      /services\/web\/dist.*/.exec(textOf("deploy/images/Dockerfile.dockerignore")) ?? [];

    expect(built).toBe("services/web/dist");
    expect(isFile("services/web/build/build-client.ts")).toBe(true);
    expect(dockerfile).toContain(`bun "@{WORKSPACE}/build/build-client.ts"`.replace("@", "$"));
  });

  test("is not root at run time", () => {
    const [user = ""] = linesOf("USER");

    expect(user).toMatch(/^[1-9]\d+:[1-9]\d+$/);
  });

  test("leaves tests and this machine's packages out", () => {
    const ignored = textOf("deploy/images/Dockerfile.dockerignore").split("\n");

    expect(ignored).toContain("**/node_modules");
    expect(ignored).toContain("**/*.test.ts");
    expect(ignored).toContain(".env");
  });
});
