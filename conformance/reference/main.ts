// A Synapse of its own: `node main.js [--mutant NAME]`, a harness of the suite. It shares no code with our SDK: it was
// written from the specification, to show that the suite can be passed by somebody else, and with a mutant of itself
// that each sentence is held. Not for use: it is slow, and keeps everything in memory.
import { createInterface } from "node:readline";
import type { ListenCommand } from "../control/messages.js";
import { readBook } from "./book.js";
import { Synapse } from "./server.js";

interface Command {
  readonly hello?: object;
  readonly listen?: ListenCommand;
  readonly close?: { readonly address: string };
  readonly drain?: { readonly address: string };
  readonly stop?: object;
}

const hello = {
  control: "1",
  name: "cosmonapse-reference",
  version: "1",
  language: "TypeScript",
  roles: ["synapse"],
  features: ["tokens", "drain"],
};
const book = readBook();
const listening = new Map<string, Synapse>();

async function answer({ hello: who, listen, close, drain, stop }: Command): Promise<object> {
  if (who !== undefined) return { hello };
  if (listen !== undefined) {
    const synapse = new Synapse(book, listen);
    const address = await synapse.listen();
    listening.set(address, synapse);
    return { listening: { address } };
  }
  if (drain !== undefined) listening.get(drain.address)?.drain();
  if (close !== undefined) listening.get(close.address)?.close();
  return close === undefined && drain === undefined && stop === undefined
    ? { unsupported: { reason: "it is a Synapse" } }
    : { done: {} };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { seq, ...command }: Command & { readonly seq: number } = JSON.parse(line);
  const reply = await answer(command).catch((thrown: unknown) => ({ harnessError: { message: String(thrown) } }));
  process.stdout.write(`${JSON.stringify({ seq, ...reply })}\n`);
  if (command.stop !== undefined) break;
}
for (const synapse of listening.values()) synapse.close();
