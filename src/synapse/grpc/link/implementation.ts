import { createRequire } from "node:module";
import type { Implementation } from "../../../../gen/cosmonapse/v1/frames.js";

const manifest: { readonly version: string } = createRequire(import.meta.url)("#package");

/** What both ends say of themselves, for people. */
export const IMPLEMENTATION: Implementation = { name: "cosmonapse-ts", version: manifest.version };
