import { basename, extname } from "node:path";
import { Axon, type AxonOptions, type EngramBinding } from "../../axon/index.js";
import { CosmoError } from "../../errors/index.js";
import type { Json } from "../../foundation/index.js";
import type { Neuron } from "../../neuron/index.js";
import { CliError } from "../core/cli-error.js";

/** What holds for all Neurons of a worker. */
export interface NeuronDefaults {
  /** The memories of those that bind none themselves. */
  readonly engrams: readonly EngramBinding[];
  /** How many tasks each takes at once. Undefined: what it says itself. */
  readonly maxInFlight: number | undefined;
}

/** The Axons of what a file exports. Throws INVALID_ARGUMENT if nothing of it is a Neuron, or one is wrong. */
export function findNeurons(
  file: string,
  exports: ReadonlyMap<string, unknown>,
  { engrams, maxInFlight }: NeuronDefaults,
): Axon[] {
  const fileName = basename(file, extname(file));
  const found = [...exports].flatMap(([key, exported]) => {
    const name = key === "default" ? fileName : key;
    const options = readExport(exported);
    if (options === undefined) return [];
    const all = { neuronId: name, engrams, ...(maxInFlight === undefined ? {} : { maxInFlight }), ...options };
    return [createAxon(`${file} (export '${key}')`, all)];
  });
  if (found.length > 0) return found;
  const there = exports.size === 0 ? "it exports nothing" : `it exports ${[...exports.keys()].join(", ")}`;
  throw new CliError("INVALID_ARGUMENT", `'${file}' exports no Neuron; ${there}`, {
    field: "file",
    hint: "Export an async function, or { neuron, capabilities }; see `cosmo worker run --help`.",
  });
}

type Given = Omit<AxonOptions<Json, Json>, "neuronId"> & { readonly neuronId?: string };

function readExport(exported: unknown): Given | undefined {
  if (isNeuron(exported)) return { neuron: exported };
  return isOptions(exported) ? exported : undefined;
}

/** An async function. What else it is, nobody can see from outside: any other function is a part of the module. */
function isNeuron(exported: unknown): exported is Neuron {
  return /^\[object Async(Generator)?Function\]$/.test(Object.prototype.toString.call(exported));
}

function isOptions(exported: unknown): exported is Given {
  return (
    typeof exported === "object" && exported !== null && "neuron" in exported && typeof exported.neuron === "function"
  );
}

function createAxon(where: string, options: AxonOptions<Json, Json>): Axon {
  try {
    return new Axon(options);
  } catch (thrown) {
    if (!(thrown instanceof CosmoError)) throw thrown;
    throw new CliError("INVALID_ARGUMENT", `${where}: ${thrown.detail.message}`, {
      field: thrown.detail.field,
      hint: "Correct the options of the Neuron.",
      cause: thrown,
    });
  }
}
