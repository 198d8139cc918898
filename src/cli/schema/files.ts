import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createFileRegistry, fromBinary, type DescMessage, type FileRegistry } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { CliError } from "../core/cli-error.js";

const require = createRequire(import.meta.url);
const schemaPackage = "cosmonapse.v1";

/** The descriptor set of the package, as bytes. */
export function readDescriptors(): Uint8Array {
  return readFileSync(require.resolve("#descriptors"));
}

/** The types of the schema. */
export function readRegistry(): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, readDescriptors()));
}

/** The messages of the schema, those of other packages aside, in the order of their names. */
export function listMessages(registry: FileRegistry): DescMessage[] {
  return [...registry]
    .filter((type) => type.kind === "message")
    .filter(({ typeName, file }) => file.proto.package === schemaPackage && !typeName.endsWith("Entry.Entry"))
    .sort((one, other) => (one.typeName < other.typeName ? -1 : 1));
}

/** The name of a message without its package. */
export function shortName({ typeName }: { readonly typeName: string }): string {
  return typeName.replace(`${schemaPackage}.`, "");
}

/** A message by its name, with or without the package. Throws INVALID_ARGUMENT for one that is not there. */
export function findMessage(registry: FileRegistry, name: string): DescMessage {
  const found =
    registry.getMessage(name.includes(".") ? name : `${schemaPackage}.${name}`) ?? registry.getMessage(name);
  if (found !== undefined) return found;
  const alike = listMessages(registry)
    .map(shortName)
    .filter(
      (other) => other.toLowerCase().includes(name.toLowerCase()) || name.toLowerCase().includes(other.toLowerCase()),
    );
  const meant = alike.length === 0 ? "" : `; did you mean ${alike.slice(0, 3).join(", ")}?`;
  throw new CliError("INVALID_ARGUMENT", `The schema has no message '${name}'${meant}`, {
    field: "name",
    hint: "`cosmo schema list` shows them all.",
  });
}

/** The text of each .proto file, by its path as files import it. */
export function readProtoFiles(): ReadonlyMap<string, string> {
  const root = join(dirname(require.resolve("#package")), "proto");
  const folder = "cosmonapse/v1";
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".proto"));
  return new Map(names.sort().map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), "utf8")]));
}
