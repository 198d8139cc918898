import type { Call } from "./core/call.js";
import { readPackageVersion } from "./core/package-version.js";

/** `cosmo version`: the version of the package, of the protocol and of Node. */
export async function run({ output }: Call): Promise<undefined> {
  const version = readPackageVersion();
  await output.result({ version, protocol: "cosmonapse.v1", node: process.versions.node }, () => version);
}
