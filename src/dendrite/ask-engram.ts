import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import type { Engram } from "../engram/index.js";
import { CosmoError, toCosmoError } from "../errors/index.js";
import { bodyType, signalTypeName } from "../signal/index.js";

/** The part of a Signal that an answer may not fill, bytes: header and framing. */
const headerBytes = 65_536;

/**
 * Hands a RECALL or an IMPRINT to an Engram. Rejects with its error, with ENGRAM_FAILED for whatever else it throws
 * (COS-OP-034, COS-RCL-024), and with UNIMPLEMENTED for any other request.
 */
export async function askEngram(
  engram: Engram,
  { signal, abort }: { readonly signal: Signal; readonly abort: AbortSignal },
  { namespace, signalBytes }: { readonly namespace: string; readonly signalBytes: number },
): Promise<NonNullable<Signal["body"]>> {
  const { body, id: signalId, source, traceId } = signal;
  // A small limit leaves half of a Signal to the hits.
  const pageBytes = signalBytes - Math.min(headerBytes, Math.floor(signalBytes / 2));
  const call = { namespace, source, traceId, signalId, abort, pageBytes };
  try {
    if (body?.$case === "recall") return { $case: "recalled", value: await engram.recall(body.value, call) };
    if (body?.$case === "imprint") return { $case: "imprinted", value: await engram.imprint(body.value, call) };
  } catch (thrown) {
    throw toCosmoError(thrown, "ENGRAM_FAILED");
  }
  const type = signalTypeName(bodyType(body));
  throw new CosmoError("UNIMPLEMENTED", `'${engram.engramId}' is an Engram and does not answer ${type}`, {
    requirement: "COS-TYPE-005",
  });
}
