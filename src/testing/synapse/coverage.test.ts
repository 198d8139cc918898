import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { synapseCases } from "./index.js";

/** The areas of the specification that a Synapse decides. */
const areas = ["SES", "REG", "ROUTE", "TASK", "RED", "TRACE", "STOP", "OBS", "DUP", "ORD", "ENV"];

const link = "needs a link that breaks: a bus within one process has none";
const dendrite = "binds the Dendrite, not the Synapse";

/** What no case of the battery names, and why. */
const beyond: Readonly<Record<string, string>> = {
  "COS-SES-004": link,
  "COS-SES-005": link,
  "COS-SES-007": link,
  "COS-SES-008": link,
  "COS-SES-010": link,
  "COS-SES-011": link,
  "COS-SES-012": dendrite,
  "COS-SES-013": link,
  "COS-OBS-013": link,
  "COS-REG-012": dendrite,
  "COS-TASK-006": dendrite,
  "COS-TASK-008": "binds the host of the Neuron; the Synapse does not read bodies (COS-ENV-031)",
  "COS-TASK-010": dendrite,
  "COS-TASK-012": dendrite,
  "COS-TASK-015": "binds the host of the Neuron",
  "COS-TASK-024": dendrite,
  "COS-TASK-025": "binds the host of the Neuron",
  "COS-TASK-026": "binds the host of the Neuron",
  "COS-RED-009": dendrite,
  "COS-RED-011": dendrite,
  "COS-TRACE-017": dendrite,
  "COS-ENV-002": "binds the producer; what a Synapse does about it is COS-DUP-003",
  "COS-ENV-016": "binds the producer; a Synapse takes no notice (COS-ENV-017)",
  "COS-ENV-033": dendrite,
};

function requirementsOf(area: string): readonly string[] {
  const page = readFileSync("proto/README.md", "utf8");
  return [...page.matchAll(/^- \*\*(COS-[A-Z]+-\d{3})\*\*/gm)]
    .map(([, id = ""]) => id)
    .filter((id) => id.startsWith(`COS-${area}-`));
}

const named = new Set(synapseCases.flatMap(({ requirements }) => requirements));

test.each(areas)("every requirement of COS-%s has a case, or a reason why it has none", (area) => {
  const ids = requirementsOf(area);

  expect(ids.length).toBeGreaterThan(0);
  expect(ids.filter((id) => !named.has(id) && !Object.hasOwn(beyond, id))).toEqual([]);
});

test("no reason is given for what has a case or is no requirement", () => {
  const ids = new Set(areas.flatMap(requirementsOf));

  expect(Object.keys(beyond).filter((id) => named.has(id) || !ids.has(id))).toEqual([]);
});

test("each case has a name of its own and names what it shows", () => {
  const names = synapseCases.map(({ name }) => name);

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(synapseCases.filter(({ requirements }) => requirements.length === 0)).toEqual([]);
});
