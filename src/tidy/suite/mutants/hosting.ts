import { mutantsOf } from "./mutation.js";

/** What may go wrong where Neurons are hosted. */
export const hosting = [
  ...mutantsOf("axon/run-neuron.ts", [
    [
      "answers a request for memory as if it had failed",
      "COS-TYPE-005",
      'createErrorDetail("UNIMPLEMENTED", message,',
      'createErrorDetail("INTERNAL", message,',
    ],
    ["takes a list for a context", "COS-CONT-005", " && !Array.isArray(value)", ""],
    ["takes null for a context", "COS-CONT-005", " && value !== null && ", " && "],
    ["reads an absent input as an object", "COS-CONT-003", "decodeJson(content, null,", "decodeJson(content, {},"],
    [
      "blames itself for an input that is no JSON",
      "COS-CONT-004",
      'decodeJson(content, null, "INVALID_INPUT")',
      'decodeJson(content, null, "INVALID_OUTPUT")',
    ],
    [
      "calls an output that is no JSON a failure of its own",
      "COS-CONT-006",
      'encodeJson(output, "INVALID_OUTPUT")',
      'encodeJson(output, "INTERNAL")',
    ],
    [
      "keeps to itself what was thrown",
      "COS-TASK-015",
      '"NEURON_FAILED", describeThrown(thrown)',
      '"NEURON_FAILED", "it failed"',
    ],
  ]),
  ...mutantsOf("dendrite/work-host.ts", [
    ["counts parts from zero", "COS-TASK-008", "part: work.parts + 1", "part: work.parts"],
    [
      "answers under the first attempt",
      "COS-RED-011",
      "await bus.send({ ...header, body: answer }, work.attempt);",
      "await bus.send({ ...header, body: answer }, 1);",
    ],
    ["sends parts under the first attempt", "COS-RED-011", "bus.publish(part, work.attempt)", "bus.publish(part, 1)"],
    [
      "does not wait for credit",
      "COS-TASK-012",
      "work.window.take().then(() => bus",
      "Promise.resolve().then(() => bus",
    ],
    [
      "takes no notice of a stop that names no participant",
      "COS-TASK-014",
      'if (participant === "") return [...this.#works.values()].filter(({ signal }) => signal.id === requestId);',
      "",
    ],
    [
      "says nothing when it has stopped",
      "COS-STOP-008",
      "this.#options.bus.send(draft, work.attempt).catch(() => undefined);",
      "void draft;",
    ],
    ["leaves a trace open that ended well", "COS-TRACE-010", "if (isGood && closeTrace", "if (!isGood && closeTrace"],
  ]),
  ...mutantsOf("dendrite/partial-window.ts", [
    ["takes each credit for two", "COS-TASK-012", "this.#room += places;", "this.#room += places * 2;"],
  ]),
];
