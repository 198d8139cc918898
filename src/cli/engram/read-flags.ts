import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { isJsonObject, readJsonText } from "../../engram/index.js";
import { describeThrown } from "../../errors/index.js";
import type { Json, JsonObject } from "../../foundation/index.js";
import type { RecallQuery, Where } from "../../neuron/index.js";
import { CliError } from "../core/cli-error.js";
import { readDurationFlag } from "../core/numbers.js";
import { readJson } from "../core/read-json.js";
import type { QueryFlags } from "./flags.js";

/** The text of a flag: as it is, of `@file`, or of stdin for `-`. Throws INVALID_ARGUMENT for what cannot be read. */
export async function readTextFlag(flag: string, value: string, stdin: Readable): Promise<string> {
  if (value === "-") return Buffer.concat(await stdin.toArray()).toString("utf8");
  if (!value.startsWith("@")) return value;
  try {
    return readFileSync(value.slice(1), "utf8");
  } catch (thrown) {
    throw new CliError("INVALID_ARGUMENT", `--${flag}: ${describeThrown(thrown)}`, {
      field: flag,
      hint: "After @ comes the path of a file that can be read.",
      cause: thrown,
    });
  }
}

/** The I-JSON of a flag. Throws INVALID_ARGUMENT with line and column, INVALID_ENTRY for JSON that nobody may keep. */
export async function readJsonFlag(flag: string, value: string, stdin: Readable): Promise<Json> {
  const text = await readTextFlag(flag, value, stdin);
  readJson(text, value.startsWith("@") ? value.slice(1) : `--${flag}`);
  return readJsonText(text, "INVALID_ENTRY").value;
}

/** The query of the flags. Throws INVALID_ARGUMENT for a time that is none; the rest is checked where it is asked. */
export async function readQueryFlags(flags: QueryFlags, stdin: Readable): Promise<RecallQuery> {
  const { text, textMatch, id, mergeKey, tag, where, since, until, minScore } = flags;
  return {
    ...(text === undefined ? {} : { text }),
    ...(textMatch === undefined ? {} : { textMatch }),
    ...(id.length === 0 ? {} : { ids: id }),
    ...(mergeKey === undefined ? {} : { mergeKey }),
    ...(tag.length === 0 ? {} : { tags: tag }),
    // What is no condition is refused by the query itself.
    ...(where === undefined ? {} : { where: (await readJsonFlag("where", where, stdin)) as unknown as Where }),
    ...(since === undefined ? {} : { since: readWhen("since", since) }),
    ...(until === undefined ? {} : { until: readWhen("until", until) }),
    ...(minScore === undefined ? {} : { minScore }),
  };
}

/** The instant that a flag names: RFC 3339, or how long ago. */
function readWhen(flag: string, text: string): Date {
  if (/^\d+(?:\.\d+)?(?:ms|s|m|h)$/.test(text)) return new Date(Date.now() - readDurationFlag(text));
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\d(?:[Tt ]\S+)?$/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new CliError("INVALID_ARGUMENT", `--${flag}: ${JSON.stringify(text)} is no time`, {
    field: flag,
    hint: "Give a time like 2026-01-31T12:00:00Z, or an age like 10m.",
  });
}

/** The object that is imprinted: the content of `--entry` with the id and the tags of the other flags. */
export function composeEntry(
  content: Json | undefined,
  { id, tag }: { readonly id?: string; readonly tag: readonly string[] },
): JsonObject | undefined {
  if (content === undefined && id === undefined) return undefined;
  if (content !== undefined && !isJsonObject(content)) {
    throw new CliError("INVALID_ENTRY", "--entry is JSON, but no object", {
      field: "entry",
      hint: `Give an object, for example {"value": …}.`,
    });
  }
  const entry: JsonObject = content ?? {};
  if (id !== undefined && "id" in entry && entry["id"] !== id) {
    throw new CliError("INVALID_ENTRY", `--id is ${id}, and the entry has another id`, {
      field: "id",
      hint: "Give one of the two.",
    });
  }
  const tags = entry["tags"] ?? [];
  return {
    ...entry,
    ...(id === undefined ? {} : { id }),
    ...(tag.length === 0 || !Array.isArray(tags) ? {} : { tags: [...tags, ...tag] }),
  };
}
