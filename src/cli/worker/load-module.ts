import { existsSync, readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describeThrown } from "../../errors/index.js";
import { CliError } from "../core/cli-error.js";
import { findModules } from "./find-modules.js";

/** The kinds of files that a worker can load. */
export const MODULE_KINDS: readonly string[] = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/** What a module exports, by name. Throws INVALID_ARGUMENT with file and line for one that cannot be loaded. */
export async function loadModule(file: string): Promise<ReadonlyMap<string, unknown>> {
  const path = resolve(file);
  const kind = extname(path);
  if (!MODULE_KINDS.includes(kind)) {
    throw new CliError("INVALID_ARGUMENT", `'${file}' is no module that can be loaded`, {
      field: "file",
      hint: `Give a file of ${MODULE_KINDS.join(", ")}.`,
    });
  }
  if (!existsSync(path)) {
    throw new CliError("INVALID_ARGUMENT", `'${file}' is not there`, {
      field: "file",
      hint: "Give the path of a module.",
    });
  }
  try {
    const module = /\.[mc]?ts$/.test(kind) ? await loadTypeScript(path) : await loadScript(path);
    return new Map(Object.entries(module));
  } catch (thrown) {
    throw cannotLoad(file, await whereAndWhy(thrown, path), thrown);
  }
}

async function loadTypeScript(path: string): Promise<object> {
  const { createJiti } = await import("jiti");
  const module = await createJiti(import.meta.url, { fsCache: false, interopDefault: false }).import(path);
  return typeof module === "object" && module !== null ? module : {};
}

async function loadScript(path: string): Promise<object> {
  const module: unknown = await import(pathToFileURL(path).href);
  return typeof module === "object" && module !== null ? module : {};
}

function cannotLoad(file: string, why: string, cause: unknown): CliError {
  return new CliError("INVALID_ARGUMENT", `'${file}' cannot be loaded: ${why}`, {
    field: "file",
    hint: "Correct the module.",
    cause,
  });
}

/** Why a module did not load, and the line of the user's code that it came from. */
async function whereAndWhy(thrown: unknown, path: string): Promise<string> {
  const message = describeThrown(thrown)
    .split("\n")
    .join(" ")
    .replace(/ Require stack:.*/, "")
    .trim();
  const [, error, place] = /^(?:ParseError: )?(.*?)\s+(\/\S*:\d+):\d+$/.exec(message) ?? [];
  if (place !== undefined) return `${error} at ${place}`;
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const frame = /^\s+at .*?\(?((?:file:\/\/)?\/[^()\n]*):(\d+):\d+\)?$/gm;
  for (const [, from = "", line = ""] of stack.matchAll(frame)) {
    const source = from.startsWith("file:") ? fileURLToPath(from) : from;
    if (!source.includes("/node_modules/") && findModules([path]).includes(source))
      return `${message} at ${source}:${line}`;
  }
  return thrown instanceof SyntaxError ? ((await findSyntaxError(path)) ?? message) : message;
}

/** Node does not say where a module is wrong; the parser of jiti does. */
async function findSyntaxError(path: string): Promise<string | undefined> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, { fsCache: false });
  for (const filename of findModules([path])) {
    const made = jiti.transform({ filename, source: readFileSync(filename, "utf8"), async: true });
    const [, text] = /^exports\.__JITI_ERROR__ = (\{.*\})/m.exec(made) ?? [];
    const error: unknown = text === undefined ? undefined : JSON.parse(text);
    if (typeof error !== "object" || error === null || !("message" in error) || !("line" in error)) continue;
    return `${String(error.message).trim()} at ${filename}:${String(error.line)}`;
  }
  return undefined;
}
