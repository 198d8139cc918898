import { Buffer } from "node:buffer";
import { askHarness } from "../control/ask-harness.js";
import type { Harness } from "../control/harness.js";
import type { Command, Refusal, Reply } from "../control/messages.js";
import { Finding, type Case, type Seen } from "../run/verdict.js";
import { wordsOf } from "../ground/suite-error.js";
import { decodeMessage } from "../wire/decode.js";
import type { Schema } from "../wire/schema.js";
import { canonical, toHex } from "../wire/value.js";
import type { WireCase } from "./wire-case.js";

/** Gives the harness that is there now: after a crash another one. */
export type Harnesses = () => Harness | Promise<Harness>;

/** The base64 form of bytes. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Asks the harness that is there now. Rejects with a Finding for what is no answer of the implementation. */
export async function askCodec(harnesses: Harnesses, command: Command): Promise<Reply> {
  return askHarness(await harnesses(), command);
}

/** Bytes on their way to the harness. */
export function toHarness(what: string, bytes: Uint8Array): Seen {
  return { peer: "harness", way: ">", what, tell: () => toHex(bytes) };
}

/** A refusal in words. */
export function refusalWords({ code, requirement = "", message = "" }: Refusal): string {
  return [code, requirement, message].filter((part) => part !== "").join(" ");
}

/** The case of a message that goes through the codec and back. */
export function transcodeCase(schema: Schema, wire: WireCase, harnesses: Harnesses): Case {
  const { id, requirements, needs, twin, message, bytes, expect } = wire;
  const check = expect === "same" ? "means-the-same" : "refused";
  return {
    id,
    requirements,
    needs,
    checks: [check],
    isNegative: expect === "refused",
    ...(twin === undefined ? {} : { twin }),
    play: async (emit) => {
      emit.saw(toHarness(message, bytes));
      const { transcoded, refusal } = await askCodec(harnesses, { transcode: { message, bytes: toBase64(bytes) } });
      if (transcoded === undefined && refusal === undefined)
        throw new Finding("harness-error", "neither bytes nor a refusal");
      const back = new Uint8Array(Buffer.from(transcoded?.bytes ?? "", "base64"));
      if (refusal === undefined) emit.saw({ ...toHarness(message, back), way: "<" });
      else emit.saw({ peer: "harness", way: "<", what: "refusal", tell: () => refusalWords(refusal) });
      if (expect === "refused") {
        if (transcoded !== undefined)
          throw new Finding("failed", `it is no ${message}, and it was taken for one: ${transcoded.bytes}`);
        if (refusal?.code !== "MALFORMED")
          throw new Finding("wrong-reason", `refused as ${refusalWords(refusal ?? { code: "" })}, not as MALFORMED`);
        return emit.passed(check);
      }
      if (refusal !== undefined)
        throw new Finding("failed", `it is a valid ${message}, and it was refused: ${refusalWords(refusal)}`);
      const [wanted, got] = [meaning(schema, message, bytes), meaning(schema, message, back)];
      if (wanted !== got) throw new Finding("failed", differenceWords(wanted, got));
      return emit.passed(check);
    },
  };
}

/** Where two texts part, with a little around it. */
export function differenceWords(wanted: string, got: string): string {
  let at = 0;
  while (at < wanted.length && wanted[at] === got[at]) at += 1;
  const from = Math.max(0, at - 40);
  const part = (text: string): string =>
    `${from > 0 ? "…" : ""}${text.slice(from, at + 60)}${text.length > at + 60 ? "…" : ""}`;
  return `wanted ${part(wanted)} but got ${part(got)}`;
}

function meaning(schema: Schema, message: string, bytes: Uint8Array): string {
  try {
    return canonical(decodeMessage(schema, message, bytes));
  } catch (thrown) {
    return `nothing: ${wordsOf(thrown)}`;
  }
}
