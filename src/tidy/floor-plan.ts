/** What a room may do. */
export interface Room {
  /** Arrows go from a higher floor to a lower one, never along a floor. */
  readonly floor: number;
  /** Rooms below it that it may not import all the same. */
  readonly bans?: readonly string[];
  /** True if it may import the generated messages. */
  readonly gen?: true;
  /** True if it may import `node:`. What the root entry reaches may not. */
  readonly node?: true;
  /** Packages that it may import, tests aside. */
  readonly packages?: readonly string[];
  /** True if it stands outside: it imports what a user can, the public entries. */
  readonly outside?: true;
}

/**
 * The house. The name of a room is its folder below src/, its door is `index.ts` there; `index` is the root entry.
 * Rooms that are not built yet have their place already. src/README.md says what each is for.
 */
export const rooms: Readonly<Record<string, Room>> = {
  foundation: { floor: 1 },
  errors: { floor: 2, gen: true },
  signal: { floor: 3, gen: true, packages: ["@bufbuild/protobuf"] },
  // A Neuron knows nothing of the protocol.
  neuron: { floor: 3 },
  synapse: { floor: 4, gen: true },
  engram: { floor: 4, gen: true },
  pathway: { floor: 4, gen: true },
  telemetry: { floor: 4, packages: ["@opentelemetry/api"] },
  // An Axon never touches a Synapse.
  axon: { floor: 5, gen: true, bans: ["synapse"] },
  doppler: { floor: 5, gen: true },
  "synapse/memory": { floor: 5, gen: true },
  "engram/memory": { floor: 5, gen: true },
  "engram/sqlite": { floor: 5, gen: true, node: true, packages: ["better-sqlite3"] },
  "engram/postgres": { floor: 5, gen: true, node: true, packages: ["pg"] },
  dendrite: { floor: 6, gen: true },
  // Above the bus in memory, since `connectSynapse` opens either.
  "synapse/grpc": {
    floor: 6,
    gen: true,
    node: true,
    packages: ["@bufbuild/protobuf", "@grpc/grpc-js", "@grpc/reflection", "grpc-health-check", "prom-client"],
  },
  // What the views show, for the page and for anybody who reads a recording. Loads in a browser.
  "prism/model": { floor: 6, gen: true },
  prism: { floor: 7, gen: true, node: true, packages: ["jsonc-parser", "ws"] },
  index: { floor: 7 },
  // The page. Built by Vite, imported by nobody.
  "prism/web": {
    floor: 7,
    gen: true,
    packages: ["@preact/signals", "@tanstack/virtual-core", "d3-force", "preact", "uplot"],
  },
  testing: { floor: 7, gen: true, node: true },
  "testing/postgres": { floor: 7, node: true, packages: ["pg"] },
  // Signals as a watcher sees them.
  "testing/records": { floor: 6, gen: true },
  // A page of the live view without a browser.
  "testing/prism": { floor: 8, gen: true, node: true, packages: ["ws"] },
  // Builds programs in other languages.
  "testing/foreign": { floor: 8, node: true },
  // Stands on the testing kit and on every driver.
  "testing/storm": { floor: 8, gen: true, node: true },
  // Real sockets, processes and faults around the gRPC Synapse.
  "testing/network": { floor: 8, gen: true, node: true, packages: ["@grpc/grpc-js"] },
  cli: {
    floor: 8,
    gen: true,
    node: true,
    packages: [
      "@bufbuild/protobuf",
      "chokidar",
      "cli-progress",
      "cli-table3",
      "commander",
      "jiti",
      "jsonc-parser",
      "picocolors",
    ],
  },
  // Runs the command line, in this process and as one of its own.
  "testing/console": { floor: 9, node: true },
  // Opens the page of the live view in a real browser.
  "testing/browser": { floor: 9, node: true, packages: ["playwright-core", "vitest"] },
  examples: { floor: 9, node: true, outside: true },
  bench: {
    floor: 9,
    gen: true,
    node: true,
    packages: ["@grpc/grpc-js", "@nats-io/transport-node", "better-sqlite3", "pg"],
  },
  // Its harness is a user of the SDK; its runner shares no code with it, which a test there holds.
  conformance: {
    floor: 9,
    gen: true,
    node: true,
    outside: true,
    packages: ["@grpc/grpc-js", "ajv", "cli-progress", "commander", "picocolors", "protobufjs", "yaml"],
  },
  tidy: { floor: 10, gen: true, node: true, packages: ["rolldown", "vitest", "yaml"] },
};

/** The rooms whose doors are public entries of the package. */
export const publicRooms: readonly string[] = [
  "index",
  "testing",
  "synapse/grpc",
  "engram/sqlite",
  "engram/postgres",
  "prism",
];

/** What may stand at the root: the fixed entries, and the files that tools force. */
export const rootEntries: readonly string[] = [
  ".ci",
  ".git",
  ".gitattributes",
  ".gitignore",
  ".oxlintrc.json",
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "buf.gen.yaml",
  "buf.yaml",
  "conformance",
  "gen",
  "package-lock.json",
  "package.json",
  "proto",
  "src",
  "tsconfig.json",
];
