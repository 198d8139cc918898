import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { Address } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, describeThrown } from "../errors/index.js";
import { checkHeader, type HeaderView } from "./header-rules.js";
import { peekSignal, SignalPeek } from "./peek.js";
import { noRequest, readRequestFields, readText, requestFields } from "./request-fields.js";
import { malformed } from "./wire.js";

/** All that a Synapse reads of a Signal. Strings are empty when they are absent. */
export interface SignalHeader extends HeaderView {
  readonly closeTrace: boolean;
  /** The whole Signal, as it was published. */
  readonly bytes: Uint8Array;
  /** Where the body's message begins in `bytes`. */
  readonly bodyOffset: number;
  /** How long it is. */
  readonly bodyLength: number;
}

const peek = new SignalPeek();

/**
 * Reads and checks the header of an encoded Signal; the body stays unread. Throws TOO_LARGE, or MALFORMED with the
 * requirement that does not hold.
 */
export function scanSignal(bytes: Uint8Array, limits: Limits): SignalHeader {
  if (bytes.length > limits.signalBytes) {
    throw new CosmoError("TOO_LARGE", `The Signal has ${bytes.length} bytes; at most ${limits.signalBytes} are accepted`, {
      requirement: "COS-LIM-001",
    });
  }
  peekSignal(bytes, peek);
  const { type, exchange, seen, bodyOffset, bodyLength } = peek;
  const id = readText(bytes, { offset: peek.idOffset, length: peek.idLength, field: "id" });
  const traceId = readText(bytes, { offset: peek.traceIdOffset, length: peek.traceIdLength, field: "trace_id" });
  const parentId = readText(bytes, { offset: peek.parentIdOffset, length: peek.parentIdLength, field: "parent_id" });
  const source = readText(bytes, { offset: peek.sourceOffset, length: peek.sourceLength, field: "source" });
  const directed = readAddress(bytes, peek.directedOffset, peek.directedLength);
  const rest = (seen & requestFields) === 0 ? noRequest : readRequestFields(bytes, limits);
  const header = { type, exchange, id, traceId, parentId, source, directed, ...rest, bytes, bodyOffset, bodyLength };
  const wrong = checkHeader(header, limits);
  if (wrong !== undefined) malformed(wrong.message, wrong.requirement, wrong.field);
  return header;
}

function readAddress(bytes: Uint8Array, offset: number, length: number): Address | undefined {
  if (length < 0) return undefined;
  try {
    // Bad UTF-8 becomes U+FFFD here, which no name holds.
    return Address.decode(bytes.subarray(offset, offset + length));
  } catch (thrown) {
    return malformed(`The address cannot be read: ${describeThrown(thrown)}`, "COS-ENV-001", "directed");
  }
}
