import { mutantsOf } from "./mutation.js";

/** What may go wrong where a session asks and combines answers. */
export const asking = [
  ...mutantsOf("engram/modes.ts", [
    ["gives all hits of the first", "COS-MODE-001", "hits: winner.hits.slice(0, 1)", "hits: winner.hits"],
    ["waits in `first` for everybody", "COS-MODE-012", ' || (mode === "first" && winner !== undefined)', ""],
    [
      "ends `first` with the first answer",
      "COS-MODE-002",
      '(mode === "first" && winner !== undefined)',
      'mode === "first"',
    ],
    ["merges by the id alone", "COS-MODE-003", "`key ${hit.mergeKey}`", "`id ${hit.id}`"],
    [
      "lets the oldest win",
      "COS-MODE-004",
      "overlay(older.content, newer.content)",
      "overlay(newer.content, older.content)",
    ],
    [
      "gives ties to the greater id",
      "COS-MODE-004",
      "right.updatedAt.getTime() - left.updatedAt.getTime() || compareCodePoints(left.engramId, right.engramId),\n  );\n  return",
      "right.updatedAt.getTime() - left.updatedAt.getTime() || compareCodePoints(right.engramId, left.engramId),\n  );\n  return",
    ],
    [
      "gives the lowest score",
      "COS-MODE-005",
      "Math.max(newer.score, older.score)",
      "Math.min(newer.score, older.score)",
    ],
    ["forgets tags", "COS-MODE-005", "tags: sortedSet([...newer.tags, ...older.tags])", "tags: newer.tags"],
    [
      "forgets sources",
      "COS-MODE-005",
      "sources: sortedSet([...newer.sources, ...older.sources])",
      "sources: newer.sources",
    ],
    [
      "merges items of a sequence",
      "COS-MODE-006",
      "hit.mergeKey === undefined || hit.seq !== undefined",
      "hit.mergeKey === undefined",
    ],
    ["takes `all` for `merge`", "COS-MODE-007", 'mode === "merge" ? mergeHits(every) : every', "mergeHits(every)"],
    [
      "calls everything whole",
      "COS-MODE-008",
      'partial: !isWhole && (mode !== "first" || winner === undefined)',
      "partial: false",
    ],
    ["calls a first hit partial", "COS-MODE-008", ' && (mode !== "first" || winner === undefined)', ""],
    ["names nobody who is missing", "COS-MODE-009", "missing: [...waiting]", "missing: []"],
    ["names nobody who failed", "COS-MODE-009", "errors: [...errors]", "errors: []"],
    ["lets each have its own top", "COS-MODE-013", "const hits = sorted.slice(0, topK);", "const hits = sorted;"],
    [
      "orders equals by the greater Engram",
      "COS-MODE-013",
      "compareCodePoints(right.id, left.id) ||\n    compareCodePoints(left.engramId, right.engramId)",
      "compareCodePoints(right.id, left.id) ||\n    compareCodePoints(right.engramId, left.engramId)",
    ],
    [
      "gives a cursor of several",
      "COS-MODE-014",
      "asked.length === 1 ? combined.cursor : undefined",
      "combined.cursor",
    ],
    ["gives no cursor", "COS-MODE-014", "asked.length === 1 ? combined.cursor : undefined", "undefined"],
  ]),
  ...mutantsOf("dendrite/asker.ts", [
    ["decides without a margin", "COS-TASK-006", "clock.schedule(budgetMs + marginMs,", "clock.schedule(budgetMs,"],
    [
      "decides for another code",
      "COS-TASK-006",
      'new CosmoError("OUTCOME_UNKNOWN", message',
      'new CosmoError("DEADLINE_EXCEEDED", message',
    ],
    ["gives up without a word", "COS-TASK-024", 'this.#sendStop(asked, "its asker gave up")', "undefined"],
  ]),
  ...mutantsOf("dendrite/calls.ts", [
    ["leaves its trace open", "COS-TRACE-017", "closeTrace: !keepOpen,", "closeTrace: false,"],
    [
      "makes a new imprint of each attempt",
      "COS-RED-009",
      "options.imprintId ?? derivedId ?? id",
      "options.imprintId ?? id",
    ],
  ]),
  ...mutantsOf("dendrite/imprint-wait.ts", [
    [
      "calls every imprint whole",
      "COS-MODE-011",
      "partial: missing.length > 0 || this.#errors.length > 0",
      "partial: false",
    ],
  ]),
  ...mutantsOf("pathway/pathway.ts", [
    ["never tells that parts were consumed", "COS-TASK-010", "          this.#host.consumed(1);\n", ""],
  ]),
];

/** What may go wrong where a session observes. */
export const observing = mutantsOf("dendrite/observer.ts", [
  [
    "keeps gaps to itself",
    "COS-OBS-007",
    'this.#queues.get(subscriptionId)?.push({ kind: "gap", first, last, missed });',
    "void [first, last, missed];",
  ],
  [
    "takes the snapshot for what happens",
    "COS-OBS-004",
    'if (reason === DeliveryReason.SNAPSHOT) return { kind: "snapshot", signal };',
    "",
  ],
  [
    "takes refused replies for accepted ones",
    "COS-OBS-009",
    'if (refused !== undefined) return { kind: "refused", signal, type, reason: refused };',
    "",
  ],
  [
    "does not say who was asked",
    "COS-OBS-010",
    '{ kind: "signal", signal, type, position, asked, attempt }',
    '{ kind: "signal", signal, type, position, asked: [], attempt }',
  ],
  [
    "does not say which attempt it was",
    "COS-OBS-010",
    '{ kind: "signal", signal, type, position, asked, attempt }',
    '{ kind: "signal", signal, type, position, asked, attempt: 0 }',
  ],
  ["asks for all whatever it wants", "COS-OBS-006", "traceIds: [...traceIds],", "traceIds: [],"],
  [
    "numbers nothing",
    "COS-OBS-005",
    '{ kind: "signal", signal, type, position, asked, attempt }',
    '{ kind: "signal", signal, type, position: 0n, asked, attempt }',
  ],
]);
