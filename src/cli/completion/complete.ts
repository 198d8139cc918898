import type { Command, Option } from "commander";
import type { Call } from "../core/call.js";

/** One word that can stand where the cursor is, with what it is. */
interface Candidate {
  readonly value: string;
  readonly text: string;
}

/**
 * `cosmo complete -- words`: what can stand in the place of the last word, one a line, a tab and its description after
 * it. Nothing if nothing is known: the shell then completes files. Never fails.
 */
export async function complete(program: Command, { args, output, terminal }: Call<never>): Promise<undefined> {
  const last = args.at(-1) ?? "";
  const { command, flag, words } = walk(program, args.slice(0, -1));
  const found = await candidatesFor({ command, flag, words, last }, terminal).catch(() => []);
  const lines = found.map(({ value, text }) => `${value}\t${text.replaceAll(/\s+/g, " ")}\n`);
  await output.raw(lines.join(""));
  return undefined;
}

interface Place {
  readonly command: Command;
  /** The flag whose value comes next. */
  readonly flag: Option | undefined;
  /** What stands before on the line of the command. */
  readonly words: readonly string[];
}

/** Where a line leads: each word is a command, a flag, a flag's value or an argument. */
function walk(program: Command, before: readonly string[]): Place {
  let place: Place = { command: program, flag: undefined, words: [] };
  for (const word of before) {
    const { command, flag, words } = place;
    const below = word.startsWith("-") || flag !== undefined ? undefined : childOf(command, word);
    if (below !== undefined) place = { command: below, flag: undefined, words: [] };
    else place = { command, flag: flag === undefined ? takesValue(command, word) : undefined, words: [...words, word] };
  }
  return place;
}

function childOf(command: Command, name: string): Command | undefined {
  return visibleCommands(command).find((child) => child.name() === name || child.aliases().includes(name));
}

function visibleCommands(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function isNamed({ short, long }: Option, word: string): boolean {
  return word === short || word === long;
}

/** The flag that a word is, if its value is the next word. */
function takesValue(command: Command, word: string): Option | undefined {
  if (word.includes("=")) return undefined;
  return optionsOf(command).find((option) => isNamed(option, word) && (option.required || option.optional));
}

async function candidatesFor(
  { command, flag, words, last }: Place & { readonly last: string },
  terminal: Call["terminal"],
): Promise<readonly Candidate[]> {
  if (flag !== undefined) return startingWith(last, await valuesOf(flag, command, { words, terminal }));
  const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(last) ?? [];
  if (name !== undefined && value !== undefined) {
    const option = optionsOf(command).find((one) => isNamed(one, name));
    if (option === undefined) return [];
    const values = startingWith(value, await valuesOf(option, command, { words, terminal }));
    return values.map((candidate) => ({ ...candidate, value: `${name}=${candidate.value}` }));
  }
  if (last.startsWith("-")) return startingWith(last, flagsOf(command));
  return startingWith(last, [...commandsOf(command), ...argumentsOf(command, words)]);
}

function startingWith(start: string, candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(start));
}

function flagsOf(command: Command): readonly Candidate[] {
  return optionsOf(command).map((option) => ({ value: option.long ?? option.short ?? "", text: option.description }));
}

function commandsOf(command: Command): readonly Candidate[] {
  return visibleCommands(command).map((child) => ({ value: child.name(), text: child.description() }));
}

/** The choices of the argument that comes next. */
function argumentsOf(command: Command, words: readonly string[]): readonly Candidate[] {
  const given = words.filter(
    (word, at) => !word.startsWith("-") && takesValue(command, words[at - 1] ?? "") === undefined,
  );
  const { registeredArguments } = command;
  const next = registeredArguments[given.length] ?? registeredArguments.findLast(({ variadic }) => variadic);
  return (next?.argChoices ?? []).map((value) => ({ value, text: next?.description ?? "" }));
}

interface Around {
  readonly words: readonly string[];
  readonly terminal: Call["terminal"];
}

/** What a flag can be: its choices, or whoever is on the Synapse now. */
async function valuesOf(flag: Option, command: Command, { words, terminal }: Around): Promise<readonly Candidate[]> {
  if (flag.argChoices !== undefined) return flag.argChoices.map((value) => ({ value, text: "" }));
  const name = flag.attributeName();
  if (name !== "neuron" && name !== "capabilities" && name !== "namespace") return [];
  const { askNamespaces, askRegistry } = await import("./ask-registry.js");
  const flags = readFlags(command, words, terminal.env);
  if (name === "namespace") {
    return (await askNamespaces(flags, terminal)).map((namespace) => ({ value: namespace, text: "" }));
  }
  const there = await askRegistry(flags, terminal);
  const neurons = there.filter(({ role }) => role === "neuron");
  if (name === "neuron") return neurons.map(({ id, description }) => ({ value: id, text: description }));
  const capabilities = new Set(neurons.flatMap((neuron) => neuron.capabilities));
  return [...capabilities].sort().map((value) => ({ value, text: "" }));
}

/** The flags of a line that is not finished; the environment and defaults are filled in. */
function readFlags(command: Command, words: readonly string[], env: Call["terminal"]["env"]): Record<string, unknown> {
  const flag = takesValue(command, words.at(-1) ?? "");
  command.parseOptions([...(flag === undefined ? words : words.slice(0, -1))]);
  const flags: Record<string, unknown> = { ...command.opts() };
  for (const option of command.options) {
    const value = option.envVar === undefined ? undefined : env[option.envVar];
    const name = option.attributeName();
    if (value !== undefined && [undefined, "default"].includes(command.getOptionValueSource(name))) flags[name] = value;
  }
  return flags;
}
