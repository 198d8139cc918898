import { createRequire } from "node:module";
import type { Call } from "./core/call.js";

/** `cosmo version`: the version of the package, of the protocol and of Node. */
export async function run({ output }: Call): Promise<undefined> {
  const version = readPackageVersion();
  await output.result({ version, protocol: "cosmonapse.v1", node: process.versions.node }, () => version);
}

function readPackageVersion(): string {
  const read: unknown = createRequire(import.meta.url)("#package");
  if (typeof read === "object" && read !== null && "version" in read) return String(read.version);
  return "unknown";
}
