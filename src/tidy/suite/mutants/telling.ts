import { mutantsOf } from "./mutation.js";

/** What may go wrong in the view for people, in contents and in what a session says by itself. */
export const telling = [
  ...mutantsOf("signal/json-view.ts", [
    ["shows fields in camel case", "COS-JSON-002", "shown[row.name] = Array", "shown[property] = Array"],
    [
      "fails for a value that it does not know",
      "COS-JSON-010",
      "return enums[of]?.[value] ?? value;",
      "return enums[of]?.[value] ?? BigInt(1.5).toString();",
    ],
    ["shows enums by number", "COS-JSON-003", "return enums[of]?.[value] ?? value;", "return value;"],
    ["shows types by number", "COS-JSON-004", "{ type: signalTypeName(type) }", "{ type }"],
    ["hides what it does not know", "COS-JSON-008", "if (unknown.length > 0) shown", "if (false) shown"],
    ["shows what is empty", "COS-JSON-009", "value === undefined || isEmpty(value, row)", "value === undefined"],
  ]),
  ...mutantsOf("signal/json-values.ts", [
    [
      "shows instants in seconds",
      "COS-JSON-005",
      "new Date(Number(ms)).toISOString()",
      'new Date(Number(ms)).toISOString().replace(/\\.\\d+/, "")',
    ],
    ["shows durations in milliseconds", "COS-JSON-005", "${digits.slice(0, -3)}.${digits.slice(-3)}s`", "${digits}ms`"],
    ["rounds large integers", "COS-JSON-006", "Number.isSafeInteger(near) ? near : String(value)", "near"],
    ["shows JSON as bytes", "COS-JSON-007", "isJsonType(mediaType) ? asJson(data) : undefined", "undefined"],
  ]),
  ...mutantsOf("signal/codec.ts", [
    [
      "drops what it does not know",
      "COS-TYPE-014",
      "  return signal;\n}\n\n/** The same bytes",
      "  return { ...signal, _unknownFields: undefined } as never;\n}\n\n/** The same bytes",
    ],
    [
      "fails for what it does not know",
      "COS-TYPE-012",
      "unknown !== undefined && Object.keys(unknown).some((tag) => Number(tag) >>> 3 === 0)",
      "unknown !== undefined && Object.keys(unknown).length > 0",
    ],
  ]),
  ...mutantsOf("signal/content.ts", [
    [
      "skips a byte order mark",
      "COS-CONT-001",
      "{ fatal: true, ignoreBOM: true }",
      "{ fatal: true, ignoreBOM: false }",
    ],
    ["reads what is no UTF-8", "COS-CONT-004", "{ fatal: true, ignoreBOM: true }", "{ fatal: false, ignoreBOM: true }"],
    ["minds the case of a media type", "COS-CONT-007", "(;|$)/i.test", "(;|$)/.test"],
    [
      "refuses a schema",
      "COS-CONT-008",
      "if (!isJsonType(content.mediaType)) {",
      'if (!isJsonType(content.mediaType) || content.schema !== "") {',
    ],
  ]),
  ...mutantsOf("errors/cosmo-error.ts", [
    [
      "retries nothing that it does not know",
      "COS-ERR-005",
      "return this.detail.retryable;",
      'return !this.code.startsWith("CODE_") && this.detail.retryable;',
    ],
  ]),
  ...mutantsOf("axon/run-neuron.ts", [
    [
      "names itself in an error",
      "COS-ERR-010",
      'return createErrorDetail("NEURON_FAILED", describeThrown(thrown), { requirement: "COS-TASK-015" });',
      'return createErrorDetail("NEURON_FAILED", describeThrown(thrown), { requirement: "COS-TASK-015", participant: "me" });',
    ],
    [
      "runs one Neuron at a time",
      "COS-TASK-026",
      'return { $case: "agentOutput", output: await new Run(wrapped, { request, host }, found).answer(given) };',
      'const all = globalThis as never as { last?: Promise<unknown> };\n    const answer = (all.last ?? Promise.resolve()).then(() => new Run(wrapped, { request, host }, found).answer(given));\n    all.last = answer.catch(() => undefined);\n    return { $case: "agentOutput", output: await answer };',
    ],
  ]),
  ...mutantsOf("axon/binding.ts", [
    [
      "takes another binding",
      "COS-TASK-025",
      "const binding = bindings.get(name);",
      "const binding = bindings.get(name) ?? [...bindings.values()][0];",
    ],
  ]),
  ...mutantsOf("dendrite/work-host.ts", [
    [
      "asks all unless it is told",
      "COS-MODE-015",
      'binding.defaultRecallMode ?? "first"',
      'binding.defaultRecallMode ?? "all"',
    ],
  ]),
  ...mutantsOf("dendrite/calls.ts", [
    [
      "asks beside its work",
      "COS-TASK-021",
      "const { traceId, parentId, source } = scope;",
      'const { traceId, source } = scope;\n    const parentId = "";',
    ],
    [
      "gives every request the same id",
      "COS-ENV-002",
      "draft.id ?? this.#options.bus.ids.signalId()",
      'draft.id ?? "evt_01JFDZ00000000000000000001"',
    ],
  ]),
  ...mutantsOf("dendrite/connection.ts", [
    ["sends no heartbeat", "COS-REG-012", "if (axons.size + engrams.size === 0) return;", "return;"],
    ["leaves what was asked open", "COS-SES-011", "    this.#asker.failAll(reason);\n", ""],
  ]),
  ...mutantsOf("synapse/grpc/client/client-session.ts", [
    [
      "acknowledges nothing",
      "COS-GRPC-017",
      "acknowledge: (received) => this.#link?.urge",
      "acknowledge: (received) => received < 0n && this.#link?.urge",
    ],
  ]),
  ...mutantsOf("engram/convert.ts", [
    [
      "lifts any id",
      "COS-ENT-022",
      'if (typeof id === "string" && isEntryId(id)) return id;',
      'if (typeof id === "string") return id;',
    ],
  ]),
];
