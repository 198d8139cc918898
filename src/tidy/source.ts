import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync, Visitor, type ParseResult } from "rolldown/utils";

/** One file of TypeScript, parsed. */
export interface Source {
  /** Its path from the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly program: ParseResult["program"];
  readonly comments: ParseResult["comments"];
  /** Every specifier that it imports or exports from, types and dynamic imports included. */
  readonly imports: readonly string[];
}

/** Parses a file. Throws an Error for what is no TypeScript. */
export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const imports: string[] = [];
  const add = (from: { readonly value: unknown } | null): void => {
    if (typeof from?.value === "string") imports.push(from.value);
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source.type === "Literal" ? node.source : null),
    TSImportType: (node) => add(node.source),
  }).visit(program);
  return { path, text, program, comments, imports };
}

/** All TypeScript below the folders, in order of path. */
export function readSources(...folders: readonly string[]): readonly Source[] {
  return folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)))
    .map((path) => path.split("\\").join("/"))
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .map((path) => parseSource(path, readFileSync(path, "utf8")));
}

/** The path of the file that a relative specifier names, as written in the sources: `.ts` for `.js`. */
export function resolveImport(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}

/** The line, from 1, in which an offset lies. */
export function lineOf({ text }: Source, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
