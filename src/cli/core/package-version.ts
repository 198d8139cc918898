import { createRequire } from "node:module";

/** The version of this package. */
export function readPackageVersion(): string {
  const read: unknown = createRequire(import.meta.url)("#package");
  if (typeof read === "object" && read !== null && "version" in read) return String(read.version);
  return "unknown";
}
