/** What the files of one place may import. */
export interface ImportRule {
  /** Which files, as a glob. The first row of the table that matches a file is the file's rule. */
  readonly of: string;
  /** Files of ours, as globs; `{service}` stands for the service that the file belongs to. */
  readonly files: readonly string[];
  /** Files of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages, as globs. */
  readonly packages: readonly string[];
}

const ownFolder = (folder: string) => `services/{service}/${folder}/**`;
const platform = "services/platform/**";
const contracts = "proto/**";
/** The launcher of the dev run also finds or starts the servers that tests share. */
const testServers = ["tools/dev/{test-,}infrastructure{.ts,/**}"];
/** What every program may use of the runtime, and what a domain may not. */
const runtime = "{node,bun}:{*,*/*}";

/**
 * Which way imports may point. Arrows run from the edges to the domain and never turn round;
 * edges do not know each other, services do not know each other, and nobody knows a tool.
 */
export const importRules: readonly ImportRule[] = [
  // Tests see what they test, the whole platform and the contracts; only `tests/` sees everything.
  {
    of: "services/platform/**/*.test.ts",
    files: [platform, contracts, ...testServers],
    packages: ["**"],
  },
  {
    of: "services/platform/testing/**",
    files: [platform, contracts, ...testServers],
    packages: ["**"],
  },
  {
    of: "services/*/{**/*.test.{ts,tsx},testing/**}",
    files: ["services/{service}/**", platform, contracts],
    packages: ["**"],
  },
  { of: "tests/**", files: ["**"], packages: ["**"] },

  // The core knows the contracts of its own messages, and none of any service.
  {
    of: platform,
    files: [platform, "proto/gen/platform/**", "proto/gen/grpc/**"],
    types: ["proto/topology.ts", "proto/messages.ts"],
    packages: ["**"],
  },

  // A service, from the inside out.
  {
    of: "services/*/domain/**",
    files: [ownFolder("domain"), "services/platform/errors.ts"],
    packages: [],
  },
  {
    of: "services/*/store/messages.ts",
    files: [ownFolder("domain"), ownFolder("store"), platform, contracts],
    packages: ["@bufbuild/protobuf"],
  },
  {
    of: "services/*/store/**",
    files: [ownFolder("domain"), ownFolder("store"), platform],
    packages: ["drizzle-orm", runtime],
  },
  {
    of: "services/*/http/**",
    files: [ownFolder("domain"), ownFolder("store"), ownFolder("http"), platform],
    packages: ["elysia", "uqr", "zod", runtime],
  },
  {
    of: "services/*/rpc/**",
    files: [ownFolder("domain"), ownFolder("store"), ownFolder("rpc"), platform, contracts],
    packages: ["@connectrpc/connect", "@bufbuild/{protobuf,protovalidate}", runtime],
  },
  {
    of: "services/*/consumers/**",
    files: [ownFolder("domain"), ownFolder("consumers"), platform, contracts],
    types: [ownFolder("store")],
    packages: [],
  },
  { of: "services/*/config.ts", files: [platform], packages: ["zod"] },
  { of: "services/*/access.ts", files: [platform], packages: [] },
  {
    // What a service does without a port or a broker, which main opens.
    of: "services/*/{main,service}.ts",
    files: ["services/{service}/**", platform, contracts],
    packages: ["elysia", "@connectrpc/connect", runtime],
  },

  // The web service: what runs in a browser, what bundles it, and the gateway that serves both.
  {
    // A browser knows the contracts, and of the server nothing but how its answers look.
    of: "services/web/client/**",
    files: ["services/web/client/**", contracts],
    types: [platform],
    packages: [
      "{react,react-dom,uqr,zod}",
      "@tanstack/{react-query,react-router}",
      "@connectrpc/{connect,connect-query,connect-web}",
      "@bufbuild/protobuf",
    ],
  },
  {
    // What it tells the client's worker, in the worker's own words.
    of: "services/web/build/**",
    files: ["services/web/build/**", platform],
    types: ["services/web/client/offline/release.ts"],
    packages: ["bun", "zod", runtime],
  },
  {
    of: "services/web/gateway/**",
    files: ["services/web/{gateway,build}/**", platform],
    packages: [runtime],
  },

  // Around the services.
  {
    of: "proto/*.ts",
    files: [contracts],
    packages: ["@bufbuild/{protobuf,protovalidate}", runtime],
  },
  {
    // The dev run makes the same demo data as `qb seed`, and signs the same operator in.
    of: "tools/dev/**",
    files: ["tools/dev/**", "tools/qb/{seed,demo-operator,failure}.ts", platform, contracts],
    packages: ["**"],
  },
  { of: "tools/qb/**", files: ["tools/qb/**", platform, contracts], packages: ["**"] },
  { of: "drizzle/config.ts", files: [], packages: ["drizzle-kit"] },
];
