import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { SuiteError, wordsOf } from "./suite-error.js";

const require = createRequire(import.meta.url);

/** The folder of the package, in the sources and in what is built. */
export const packageFolder = dirname(require.resolve("#package"));

/** The descriptors of the schema: a FileDescriptorSet. */
export function readDescriptors(): Uint8Array {
  return readFileSync(require.resolve("#descriptors"));
}

/** The text of a file of the package. Throws SuiteError if it is not there. */
export function readText(...path: readonly string[]): string {
  try {
    return readFileSync(join(packageFolder, ...path), "utf8");
  } catch (thrown) {
    throw new SuiteError(`${path.join("/")}: cannot read it: ${wordsOf(thrown)}`);
  }
}

/** What a YAML file of the package holds. Throws SuiteError for what is no YAML. */
export function readYaml(...path: readonly string[]): unknown {
  try {
    const read: unknown = parse(readText(...path), { strict: true, uniqueKeys: true });
    return read;
  } catch (thrown) {
    throw thrown instanceof SuiteError ? thrown : new SuiteError(`${path.join("/")}: ${wordsOf(thrown)}`);
  }
}

/** The names of the files of a folder of the package that end so, in order. */
export function listFiles(folder: string, ending: string): readonly string[] {
  return readdirSync(join(packageFolder, folder))
    .filter((name) => name.endsWith(ending))
    .sort();
}

const manifest: { readonly version: string } = require("#package");

/** The version of the package. */
export const packageVersion = manifest.version;
