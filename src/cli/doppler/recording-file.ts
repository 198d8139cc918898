import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { readRecord, writeRecord, type DopplerRecord } from "../../doppler/index.js";
import { describeThrown, toCosmoError } from "../../errors/index.js";
import { CliError } from "../core/cli-error.js";
import { toJson } from "../core/output.js";
import { readJson } from "../core/read-json.js";

/** The records of a file, or of stdin for `-`. Throws with the line of what is no record. */
export async function* readRecording(
  file: string,
  stdin: NodeJS.ReadableStream,
): AsyncGenerator<DopplerRecord, void, void> {
  const what = file === "-" ? "stdin" : file;
  const input: NodeJS.ReadableStream = file === "-" ? stdin : createReadStream(file);
  const failed = new Promise<never>((_resolve, reject) => {
    input.once("error", (error: unknown) => reject(cannot("read", what, error)));
  });
  failed.catch(() => undefined);
  if (file !== "-") await Promise.race([once(input, "open").catch(() => failed), failed]);
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() !== "") yield readLine(text, `${what}:${line}`);
  }
}

function readLine(text: string, where: string): DopplerRecord {
  const value = readJson(text, where);
  try {
    return readRecord(value);
  } catch (thrown) {
    const { message } = toCosmoError(thrown, "MALFORMED").detail;
    throw new CliError("MALFORMED", `${where}: ${message}`, {
      hint: "Give a file that `cosmo doppler --out` wrote; `cosmo validate` reads other Signals.",
      cause: thrown,
    });
  }
}

/** A file that records are written to. */
export interface Recording {
  readonly write: (record: DopplerRecord) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens a file for records; what is in it goes. Throws INVALID_ARGUMENT if it cannot be written. */
export async function openRecording(file: string): Promise<Recording> {
  const stream = createWriteStream(file);
  let failure: unknown;
  stream.on("error", (error) => {
    failure = error;
  });
  await once(stream, "open").catch((thrown: unknown) => {
    throw cannot("write", file, thrown);
  });
  return {
    write: async (record) => {
      if (failure !== undefined) throw cannot("write", file, failure);
      if (!stream.write(`${toJson(writeRecord(record))}\n`))
        await Promise.race([once(stream, "drain"), once(stream, "close")]);
    },
    close: async () => {
      stream.end();
      if (!stream.closed) await once(stream, "close");
    },
  };
}

function cannot(what: string, file: string, thrown: unknown): CliError {
  return new CliError("INVALID_ARGUMENT", `${file}: cannot ${what} it: ${describeThrown(thrown)}`, {
    hint: `Give the path of a file that can be ${what === "read" ? "read" : "written"}.`,
    cause: thrown,
  });
}
