import type { Call } from "../core/call.js";
import { listMessages, readRegistry, shortName } from "./files.js";

/** `cosmo schema list`: the messages of the schema, with their files. */
export async function run({ output }: Call): Promise<undefined> {
  const rows = listMessages(readRegistry()).map((message) => {
    return { name: shortName(message), file: `${message.file.name}.proto`, fields: message.fields.length };
  });
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const row of rows) {
    await output.record(row, () => `${row.name.padEnd(width)}  ${output.colors.dim(row.file)}`);
  }
  await output.endRecords();
  return undefined;
}
