import { writeFileSync } from "node:fs";
import { describeThrown } from "../../errors/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { toJson } from "../core/output.js";
import { findMessage, readDescriptors, readProtoFiles, readRegistry } from "./files.js";
import { toJsonSchema } from "./json-schema.js";

interface SchemaFlags {
  readonly format: "json-schema" | "descriptors" | "proto";
  readonly out?: string;
}

/** `cosmo schema`: the schema in the form that was asked for, to stdout or to a file. */
export async function run({ args, options, output }: Call<SchemaFlags>): Promise<undefined> {
  const { value, bytes } = make(options.format, args[0]);
  if (options.out !== undefined) {
    writeOut(options.out, output.format === "text" ? bytes : `${toJson(value)}\n`);
    output.note(`Wrote ${options.out}.`);
  } else if (output.format === "text") await output.raw(bytes);
  else await output.result(value, () => "");
  return undefined;
}

/** As a JSON value, and as it is in itself. */
interface Made {
  readonly value: unknown;
  readonly bytes: string | Uint8Array;
}

function make(format: SchemaFlags["format"], name: string | undefined): Made {
  if (format === "proto") return makeProto(name);
  if (format === "json-schema") {
    const value = toJsonSchema(findMessage(readRegistry(), name ?? "Signal"));
    return { value, bytes: `${JSON.stringify(value, undefined, 2)}\n` };
  }
  if (name !== undefined) {
    throw new CliError("INVALID_ARGUMENT", `'${name}': descriptors are one set of all files`, {
      field: "name",
      hint: "Leave the name away.",
    });
  }
  const bytes = readDescriptors();
  return { value: { descriptors: Buffer.from(bytes).toString("base64") }, bytes };
}

/** One file: by its name, or that of a message in it. Or all of them. */
function makeProto(name: string | undefined): Made {
  const files = readProtoFiles();
  const path = name === undefined ? undefined : findFile(files, name);
  const chosen = [...files].filter(([file]) => path === undefined || file === path);
  const texts = chosen.map(([file, text]) => (chosen.length === 1 ? text : `// ${file}\n\n${text}`));
  return { value: { files: Object.fromEntries(chosen) }, bytes: texts.join("\n") };
}

function findFile(files: ReadonlyMap<string, string>, name: string): string {
  const ends = name.endsWith(".proto") ? name : `${name}.proto`;
  const found = [...files.keys()].find((path) => path === ends || path.endsWith(`/${ends}`));
  return found ?? `${findMessage(readRegistry(), name).file.name}.proto`;
}

function writeOut(file: string, data: string | Uint8Array): void {
  try {
    writeFileSync(file, data);
  } catch (thrown) {
    throw new CliError("INVALID_ARGUMENT", `--out: ${describeThrown(thrown)}`, {
      field: "out",
      hint: "Give a path in a folder that can be written.",
      cause: thrown,
    });
  }
}
