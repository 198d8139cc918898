import type { Case } from "../run/verdict.js";
import { Finding } from "../run/verdict.js";
import { buildSignal } from "../synapse/build-signal.js";
import { readCaseFiles, type DataObject } from "../synapse/case-file.js";
import { object, text } from "../synapse/read-step.js";
import { isData, type Saved } from "../synapse/resolve.js";
import type { Schema } from "../wire/schema.js";
import { encodeMessage } from "../wire/writer.js";
import { askCodec, toBase64, toHarness, type Harnesses } from "./codec-case.js";

const held: Saved = {
  id: "evt_01JFDZ00000000000000000001",
  trace: "trc_01JFDZ00000000000000000001",
  bytes: new Uint8Array(),
  participant: "n1",
  attempt: 1,
};
const names = new Map([
  ["asked", held],
  ["held", held],
]);

/** What is wrong with a Signal only where it stands, or only as bytes: no reader of one Signal can know it. */
const notSeen: readonly string[] = ["COS-ENV-005", "COS-ENV-032", "COS-TYPE-004"];
const seenCodes: readonly string[] = ["MALFORMED", "TOO_LARGE"];

/**
 * The Signals that a Synapse is sent in the area `header`, for whoever validates a Signal by itself: what is wrong must
 * be found, with the code of its refusal, and in what is right there is nothing to find.
 */
export function validateCases(schema: Schema, harnesses: Harnesses): readonly Case[] {
  const file = readCaseFiles().find(({ area }) => area === "header");
  const ids = new Map<string, Case>();
  for (const { id, shows, twin, steps } of file?.cases ?? []) {
    const [step] = steps;
    const sent = isData(step?.["send"]) ? step["send"] : {};
    if (!isSeen(sent, shows)) continue;
    const own = `codec/validate/${id}`;
    const isKnownTwin = twin !== undefined && ids.has(`codec/validate/${twin}`);
    const refused = text(sent, "refused");
    ids.set(own, {
      id: own,
      requirements: shows.filter((one) => refused !== undefined || one.startsWith("COS-ENV")),
      needs: ["validate"],
      checks: [refused === undefined ? "nothing-found" : "found"],
      isNegative: refused !== undefined,
      ...(isKnownTwin ? { twin: `codec/validate/${twin}` } : {}),
      play: async (emit) => {
        const re = text(sent, "re") === undefined ? undefined : held;
        const signal = buildSignal({ source: "one", given: object(sent, "signal"), re, names });
        const bytes = encodeMessage(schema, "cosmonapse.v1.Signal", signal);
        emit.saw(toHarness("Signal", bytes));
        const { validated, refusal } = await askCodec(harnesses, { validate: { bytes: toBase64(bytes) } });
        const findings = validated?.findings ?? (refusal === undefined ? [] : [refusal]);
        const words = findings.map(({ code, requirement = "" }) => `${code} ${requirement}`).join(", ");
        if (refused === undefined && findings.length > 0)
          throw new Finding("failed", `nothing is wrong with it, and found was ${words}`);
        if (refused !== undefined && findings.length === 0)
          throw new Finding("failed", `${refused} was to be found, and nothing was`);
        const isRight = findings.some(
          ({ code, requirement = "" }) => code === refused && (requirement === "" || shows.includes(requirement)),
        );
        if (refused !== undefined && !isRight)
          throw new Finding(
            "wrong-reason",
            `${refused} of ${shows.join(", ")} was to be found, and found was ${words}`,
          );
        emit.passed(refused === undefined ? "nothing-found" : "found");
      },
    });
  }
  return [...ids.values()];
}

function isSeen(sent: DataObject, shows: readonly string[]): boolean {
  if (sent["signal"] === undefined || ["append", "cut", "hex", "prepend"].some((edit) => edit in sent)) return false;
  const refused = text(sent, "refused");
  if (refused === undefined) return true;
  return seenCodes.includes(refused) && !shows.some((one) => notSeen.includes(one));
}
