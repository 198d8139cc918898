import { Dendrite, type EngramAddress } from "../../dendrite/index.js";
import { isName } from "../../signal/index.js";
import type { BusFlags } from "../core/bus-flags.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { joinSynapse } from "../core/join.js";
import type { AskFlags, OneFlags } from "./flags.js";

/** Joins the Synapse of the flags, asks something there, and leaves it. */
export async function ask<T>(call: Call<BusFlags>, run: (dendrite: Dendrite) => Promise<T>): Promise<T> {
  const { options, terminal, abort } = call;
  await using synapse = await joinSynapse(options, terminal, abort);
  const { namespace } = options;
  if (!isName(namespace)) throw noName("namespace", namespace);
  const dendrite = new Dendrite({ synapse, namespace, onError: () => undefined });
  const stop = (): void => void dendrite.close();
  abort.addEventListener("abort", stop, { once: true });
  try {
    if (abort.aborted) throw new CliError("CANCELLED", "interrupted before anything was asked");
    await dendrite.start();
    return await run(dendrite);
  } finally {
    abort.removeEventListener("abort", stop);
    await dendrite.close();
  }
}

/** Whom the flags ask. Throws INVALID_ARGUMENT unless they name an Engram or a kind. */
export function readAddress({ engram, kind }: Pick<AskFlags, "engram" | "kind">): EngramAddress {
  if (engram === undefined && kind === undefined) {
    throw new CliError("INVALID_ARGUMENT", "nobody is asked: there is neither --engram nor --kind", {
      field: "engram",
      hint: "Give --engram <id>; `cosmo registry list` shows those that are there.",
    });
  }
  if (engram !== undefined && !isName(engram)) throw noName("engram", engram);
  if (kind !== undefined && !isName(kind)) throw noName("kind", kind);
  return { directedId: engram, directedType: kind };
}

/** One Engram, and how it is asked. */
export interface Asked {
  readonly dendrite: Dendrite;
  readonly engramId: string;
  /** How long each request has, milliseconds. */
  readonly timeoutMs: number;
  readonly abort: AbortSignal;
}

/** Joins the Synapse, asks the one Engram of the flags something, and leaves it. */
export async function askOne<T>(call: Call<OneFlags>, run: (asked: Asked) => Promise<T>): Promise<T> {
  const { engram: engramId, timeout: timeoutMs } = call.options;
  readAddress({ engram: engramId });
  return ask(call, (dendrite) => run({ dendrite, engramId, timeoutMs, abort: call.abort }));
}

function noName(flag: string, value: string): CliError {
  const message = `--${flag}: ${JSON.stringify(value)} is no name: letters, digits, _ and -, at most 64`;
  return new CliError("INVALID_ARGUMENT", message, { field: flag, hint: "Give an id as it was registered." });
}

/** Who gave no answer or an error, in a sentence. */
export interface Partial {
  readonly missing: readonly string[];
  readonly errors: readonly { readonly engramId: string; readonly code: string; readonly message: string }[];
}

/** Says who gave no answer or an error. */
export function describePartial({ missing, errors }: Partial): string {
  return [
    ...missing.map((id) => `${id} gave no answer in time`),
    ...errors.map(({ engramId, code, message }) => `${engramId} failed: [${code}] ${message}`),
  ].join("; ");
}

/** The error of an Engram that was asked alone and was silent. */
export function silent(engramId: string, timeoutMs: number): CliError {
  return new CliError("DEADLINE_EXCEEDED", `Engram '${engramId}' gave no answer within ${timeoutMs} ms`, {
    hint: "Give it more time with --timeout, or look at its host.",
  });
}
