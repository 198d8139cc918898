import { createHash } from "node:crypto";
import { codecCases } from "../codec/codec-cases.js";
import { listFiles, readDescriptors, readText } from "../ground/files.js";
import type { Case } from "../run/verdict.js";
import { SuiteError } from "../ground/suite-error.js";
import { synapseCases } from "../synapse/synapse-cases.js";

/** Every case of all roles, for those who only look at them. */
export function allCases(): readonly (Case & { readonly role: "codec" | "synapse" })[] {
  const nobody = (): never => {
    throw new SuiteError("These cases are only looked at");
  };
  return [
    ...codecCases(nobody).map((one) => ({ ...one, role: "codec" as const })),
    ...synapseCases(nobody).map((one) => ({ ...one, role: "synapse" as const })),
  ];
}

/** The SHA-256 of all that the cases are made of, in 16 digits. */
export function hashOfCases(): string {
  const hash = createHash("sha256").update(readDescriptors());
  const folder = "conformance/cases/synapse";
  for (const name of listFiles(folder, ".yaml")) hash.update(`${name}\0`).update(readText(folder, name));
  return hash.digest("hex").slice(0, 16);
}
