import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { rolldown } from "rolldown";
import type * as memory from "../../../synapse/memory/index.js";
import type * as testing from "../../../testing/index.js";

/** One wrong Synapse: a small change of one source file. */
export interface Mutant {
  /** What it does otherwise, as a verb: "queues without a bound". */
  readonly name: string;
  /** The file, from src/. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly find: string;
  /** What is put in its place. */
  readonly replace: string;
  /** The requirement that no longer holds; a case of the battery that names it must fail. */
  readonly violates: string;
}

/** Mutants of one file: what each does, the requirement it violates, what stands in the file, what is put there. */
export function mutantsOf(
  file: string,
  rows: readonly (readonly [name: string, violates: string, find: string, replace: string])[],
): readonly Mutant[] {
  return rows.map(([name, violates, find, replace]) => ({ name, file, violates, find, replace }));
}

type Testing = typeof testing;
type Memory = typeof memory;

/** A battery and what it plays on, of one build. */
export interface Build {
  readonly synapseCases: Testing["synapseCases"];
  readonly runSynapseCase: Testing["runSynapseCase"];
  readonly FakeClock: Testing["FakeClock"];
  readonly MemorySynapse: Memory["MemorySynapse"];
}

const entry = "\0battery";
// Not the door of testing, which has the batteries of all contracts.
const files = ["testing/synapse/index.ts", "testing/fake-clock.ts", "synapse/memory/index.ts"];
const entryText = files.map((file) => `export * from ${JSON.stringify(resolve("src", file))};`).join("\n");

/** The text of a file with the change of a mutant. Throws an Error unless what is to be changed stands there once. */
export function mutate(text: string, { name, file, find, replace }: Mutant): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    const count = text.split(find).length - 1;
    throw new Error(`'${name}' changes what stands ${count} times in src/${file}: ${find}`);
  }
  return before + replace + after;
}

/** Builds the battery and the memory Synapse with one change, and loads them beside all others. */
export async function build(mutant?: Mutant): Promise<Build> {
  const changed = mutant === undefined ? undefined : resolve("src", mutant.file);
  const bundle = await rolldown({
    input: entry,
    external: /^node:/,
    logLevel: "silent",
    // `using` is not known to every Node that runs this.
    transform: { target: "es2022" },
    plugins: [
      {
        name: "mutate",
        resolveId: (id) => (id === entry ? id : undefined),
        load(id) {
          if (id === entry) return entryText;
          if (id !== changed || mutant === undefined) return undefined;
          return { code: mutate(readFileSync(id, "utf8"), mutant), moduleType: "ts" };
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  // An import of data is new whenever the text is.
  const text = `${output[0].code}\n//# sourceURL=${encodeURIComponent(mutant?.name ?? "unchanged")}.mjs`;
  const url = `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`;
  const loaded: Build = await import(/* @vite-ignore */ url);
  return loaded;
}
