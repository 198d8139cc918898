import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative, resolve } from "node:path";
import { describeThrown } from "../../errors/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { filesOf } from "./files.js";

interface InitFlags {
  readonly language: "typescript" | "javascript";
  readonly package?: string;
  readonly force?: boolean;
}

/** `cosmo init`: writes a project that runs with one command. */
export async function run({ args, options, output }: Call<InitFlags>): Promise<undefined> {
  const folder = resolve(args[0] ?? ".");
  const name = basename(folder);
  checkName(name);
  if (options.force !== true) checkEmpty(folder);
  const dependency = options.package ?? ownVersion();
  const files = filesOf({ name, language: options.language, dependency });
  try {
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of files) writeFileSync(join(folder, file), text);
  } catch (thrown) {
    throw cannotUse(folder, thrown);
  }
  const value = { folder, name, files: [...files.keys()] };
  await output.result(value, () => {
    const { bold, dim } = output.colors;
    const list = [...files.keys()].map((file) => `  ${dim(join(relative(process.cwd(), folder), file))}`).join("\n");
    return `Made ${bold(name)}:\n${list}\n\nNow: cd ${relative(process.cwd(), folder) || "."} && npm install && npm start`;
  });
  return undefined;
}

/** The name is that of a package and of a namespace. */
function checkName(name: string): void {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) return;
  const near = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replaceAll(/^[-_]+|-+$/g, "");
  throw new CliError("INVALID_ARGUMENT", `'${name}' is no name of a project: [a-z0-9][a-z0-9_-]{0,63}`, {
    field: "folder",
    hint: near === "" ? "Choose another folder." : `Choose another folder, for example ${near.slice(0, 64)}.`,
  });
}

function checkEmpty(folder: string): void {
  const there = readFolder(folder);
  if (there.length === 0) return;
  const some = there.slice(0, 3).join(", ");
  throw new CliError("CONFLICT", `'${folder}' is not empty: there is ${some}${there.length > 3 ? ", …" : ""}`, {
    field: "folder",
    exit: 7,
    hint: "Choose another folder, or give --force to write into it; other files stay as they are.",
  });
}

function readFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return [];
    throw cannotUse(folder, thrown);
  }
}

function cannotUse(folder: string, thrown: unknown): CliError {
  return new CliError("INVALID_ARGUMENT", `'${folder}' cannot be written: ${describeThrown(thrown)}`, {
    field: "folder",
    hint: "Choose a folder that can be written.",
    cause: thrown,
  });
}

function ownVersion(): string {
  const read: unknown = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("#package"), "utf8"));
  return typeof read === "object" && read !== null && "version" in read ? `^${String(read.version)}` : "*";
}
