import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { describeThrown } from "../../errors/index.js";
import type { Json } from "../../foundation/index.js";
import { CliError } from "../core/cli-error.js";
import { readJson } from "../core/read-json.js";

/** JSON of a flag: the value itself, `@file`, or `-` for stdin. Throws INVALID_ARGUMENT with the flag, line and column. */
export async function readInput(flag: string, given: string, stdin: Readable): Promise<Json> {
  const { text, from } = await readText(flag, given, stdin);
  // What readJson returns was parsed from JSON.
  return readJson(text, from) as Json;
}

async function readText(flag: string, given: string, stdin: Readable): Promise<{ text: string; from: string }> {
  if (given === "-") return { text: await readAll(stdin), from: `--${flag} (stdin)` };
  if (!given.startsWith("@")) return { text: given, from: `--${flag}` };
  const file = given.slice(1);
  try {
    return { text: readFileSync(file, "utf8"), from: `--${flag} (${file})` };
  } catch (thrown) {
    throw new CliError("INVALID_ARGUMENT", `--${flag}: ${describeThrown(thrown)}`, {
      field: flag,
      hint: "Give JSON, @ and the path of a file with JSON, or - to read stdin.",
      cause: thrown,
    });
  }
}

async function readAll(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin)
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(toBytes(chunk)));
  return Buffer.concat(chunks).toString("utf8");
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new Uint8Array();
}
