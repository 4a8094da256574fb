import { expect, test } from "bun:test";
import { billOfMaterials, materials } from "./sbom.ts";

/** Every installed package is looked at, twice, beside other tests. */
const busyMachineMs = 60_000;

test(
  "a bill of materials names each package once, with its sum, its licence and whether it runs",
  async () => {
    const { components } = billOfMaterials(await materials());
    const named = (name: string) => components.filter((component) => component.name === name);
    const refs = components.map((component) => component["bom-ref"]);

    expect(new Set(refs).size).toBe(refs.length);
    expect(refs.filter((ref) => ref.includes("%40app/"))).toEqual([]);
    expect(named("bun")).toMatchObject([{ type: "platform", version: Bun.version }]);
    expect(named("@bufbuild/protobuf")).toMatchObject([
      { scope: "required", licenses: [{ expression: "(Apache-2.0 AND BSD-3-Clause)" }] },
    ]);
    expect(named("@biomejs/biome")).toMatchObject([{ scope: "excluded" }]);
    for (const { type, scope, ...component } of components) {
      if (type === "library")
        expect(component).toMatchObject({
          hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
        });
      if (scope === "required" && type === "library") expect(component).toHaveProperty("licenses");
    }
  },
  busyMachineMs,
);

test("a bill of materials is told by what it is made of alone", () => {
  const lock = `{ "packages": {
    "@a/b": ["@a/b@1.2.3", "", {}, "sha512-${Buffer.alloc(64, 1).toString("base64")}"],
    "ours": ["ours@workspace:services/ours"],
  } }`;
  const licences = { MIT: [{ name: "@a/b", versions: ["1.2.3"] }] };

  expect(billOfMaterials({ lock, licences, running: {}, bun: "1.0.0" }).components[1]).toEqual({
    type: "library",
    "bom-ref": "pkg:npm/%40a/b@1.2.3",
    name: "@a/b",
    version: "1.2.3",
    scope: "excluded",
    purl: "pkg:npm/%40a/b@1.2.3",
    hashes: [{ alg: "SHA-512", content: "01".repeat(64) }],
    licenses: [{ expression: "MIT" }],
  });
  expect(() =>
    billOfMaterials({
      ...{ licences, running: {}, bun: "1.0.0" },
      lock: `{ "packages": { "c": ["c@1.0.0", "", {}, "sha1-abc"] } }`,
    }),
  ).toThrow("no SHA-512");
});
