import { createHash } from "node:crypto";
import { codecCases } from "../codec/codec-cases.js";
import type { Role } from "../control/messages.js";
import { engramCases } from "../engram/engram-cases.js";
import { listFiles, readDescriptors, readText } from "../ground/files.js";
import type { Case } from "../run/verdict.js";
import { readKnowledge } from "../stand-in/knowledge.js";
import { StandIn } from "../stand-in/stand-in.js";
import { observerCases } from "../observer/observer-cases.js";
import { participantCases } from "../participant/participant-cases.js";
import { SuiteError } from "../ground/suite-error.js";
import { Namespaces } from "../synapse/namespaces.js";
import { synapseCases } from "../synapse/synapse-cases.js";

/** Every case of all roles, for those who only look at them. */
export function allCases(): readonly (Case & { readonly role: Role })[] {
  const nobody = (): never => {
    throw new SuiteError("These cases are only looked at");
  };
  const knowledge = readKnowledge();
  const place = { standIn: new StandIn(knowledge), harnesses: nobody, knowledge };
  return [
    ...codecCases(nobody).map((one) => ({ ...one, role: "codec" as const })),
    ...engramCases(place).map((one) => ({ ...one, role: "engram" as const })),
    ...observerCases(place).map((one) => ({ ...one, role: "observer" as const })),
    ...participantCases(place).map((one) => ({ ...one, role: "participant" as const })),
    ...synapseCases({ namespaces: new Namespaces(false), listen: nobody, drain: nobody }).map((one) => ({
      ...one,
      role: "synapse" as const,
    })),
  ];
}

/** The SHA-256 of all that the cases are made of, in 16 digits. */
export function hashOfCases(): string {
  const hash = createHash("sha256").update(readDescriptors());
  const folders = [
    ["conformance/cases/observer", ".yaml"],
    ["conformance/cases/participant", ".yaml"],
    ["conformance/cases/synapse", ".yaml"],
    ["conformance/vectors/engram", ".json"],
  ] as const;
  for (const name of ["future.yaml", "v1.yaml"]) hash.update(readText("conformance", "vectors", name));
  for (const [folder, ending] of folders) {
    for (const name of listFiles(folder, ending)) hash.update(`${name}\0`).update(readText(folder, name));
  }
  return hash.digest("hex").slice(0, 16);
}
