// The harness of a codec made by protobufjs. It obeys, and knows of no case.
import { readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import protobuf from "protobufjs";

interface Command {
  readonly seq: number;
  readonly hello?: object;
  readonly stop?: object;
  readonly transcode?: { readonly message: string; readonly bytes: string };
}

const root = new protobuf.Root();
root.resolvePath = (_, target) => `${target.startsWith("cosmonapse/") ? "proto" : "node_modules/protobufjs"}/${target}`;
root.loadSync(readdirSync("proto/cosmonapse/v1").map((file) => `cosmonapse/v1/${file}`));

const hello = {
  control: "1",
  name: "protobufjs",
  version: "8",
  language: "TypeScript",
  roles: ["codec"],
  features: [],
};

function transcode(message: string, bytes: string): object {
  const type = root.lookupType(message);
  try {
    const decoded = type.decode(Buffer.from(bytes, "base64"));
    return { transcoded: { bytes: Buffer.from(type.encode(decoded).finish()).toString("base64") } };
  } catch (thrown) {
    return { refusal: { code: "MALFORMED", message: String(thrown) } };
  }
}

function answer(command: Command): object {
  if (command.hello !== undefined) return { hello };
  if (command.stop !== undefined) return { done: {} };
  if (command.transcode === undefined) return { unsupported: { reason: "this is a codec, and nothing else" } };
  return transcode(command.transcode.message, command.transcode.bytes);
}

for await (const line of createInterface({ input: process.stdin })) {
  const command: Command = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ seq: command.seq, ...answer(command) })}\n`);
  if (command.stop !== undefined) break;
}
