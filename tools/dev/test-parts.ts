/** They wait for whole systems most of the time, and take as long as all others together. */
const ofWholeSystems = (file: string) => /^tests\/(?:e2e|browser)\//.test(file);

/** All test files of the repository at `root`, in two parts: those of whole systems, and all others. */
export function testParts(root: string): readonly (readonly string[])[] {
  const files = [...new Bun.Glob("*/**/*.test.ts").scanSync(root)]
    .filter((file) => !file.split("/").includes("node_modules"))
    .sort();
  const parts = [files.filter(ofWholeSystems), files.filter((file) => !ofWholeSystems(file))];
  // With the dot they are paths; without it `bun test` would look for names that contain them.
  return parts.map((part) => part.map((file) => `./${file}`)).filter((part) => part.length > 0);
}
