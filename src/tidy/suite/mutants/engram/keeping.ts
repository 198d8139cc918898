import { mutantsOf } from "../mutation.js";

/** What may go wrong in deciding an imprint, in keeping entries and in finding them. */
export const keeping = [
  ...mutantsOf("engram/decide.ts", [
    [
      "refuses to append without a key",
      "COS-OP-002",
      "  if (plan.op === ImprintOp.APPEND) {\n",
      '  if (plan.op === ImprintOp.APPEND) {\n    if (plan.mergeKey === undefined) throw refuse("KIND_CONFLICT", "no key");\n',
    ],
    ["adds over what is there", "COS-OP-001", "if (plan.op === ImprintOp.ADD && version !== 0n) {", "if (false) {"],
    [
      "replaces without a word on its version",
      "COS-ENT-012",
      "version: nextVersion(scene),\n    createdAtMs",
      "version: 1n,\n    createdAtMs",
    ],
    ["begins versions from zero", "COS-ENT-012", "scene.idVersion) + 1n;", "scene.idVersion);"],
    ["gives a new id to what it changes", "COS-OP-008", "id: current?.id ?? plan.id ??", "id: plan.id ??"],
    [
      "makes what it changes anew",
      "COS-OP-008",
      "createdAtMs: current?.createdAtMs ?? stamp.nowMs,",
      "createdAtMs: stamp.nowMs,",
    ],
    [
      "keeps the time of the first version",
      "COS-ENT-014",
      "updatedAtMs: Math.max(stamp.nowMs, current?.updatedAtMs ?? stamp.nowMs),",
      "updatedAtMs: current?.updatedAtMs ?? stamp.nowMs,",
    ],
    [
      "goes back with the clock",
      "COS-ENT-014",
      "updatedAtMs: Math.max(stamp.nowMs, current?.updatedAtMs ?? stamp.nowMs),",
      "updatedAtMs: stamp.nowMs,",
    ],
    [
      "keeps the tags on an upsert",
      "COS-OP-009",
      "ENTRY_TAGS) : plan.tags,",
      "ENTRY_TAGS) : [...new Set([...(current?.tags ?? []), ...plan.tags])],",
    ],
    ["lets a key and an id differ", "COS-OP-014", "    if (isElsewhere)\n", "    if (false)\n"],
    [
      "appends to a record",
      "COS-OP-015",
      'if (scene.record !== undefined) throw refuse("KIND_CONFLICT"',
      'if (false) throw refuse("KIND_CONFLICT"',
    ],
    [
      "merges into a sequence",
      "COS-OP-015",
      "plan.op !== ImprintOp.DELETE && isItem",
      "plan.op === ImprintOp.ADD && isItem",
    ],
    [
      "fails to delete nothing",
      "COS-OP-010",
      "  const receipt = createReceipt(plan, stamp, { mergeKey, version: nextVersion(scene) - 1n });\n  return",
      "  const receipt = createReceipt(plan, stamp, { mergeKey, version: nextVersion(scene) - 1n, deleted: true });\n  return",
    ],
    [
      "deletes in name only",
      "COS-OP-011",
      'return { outcome: { receipt }, effect: { kind: "remove", id: entry.id, version } };',
      "return { outcome: { receipt }, effect: undefined };",
    ],
    [
      "clears a sequence in name only",
      "COS-OP-012",
      'return { outcome: { receipt }, effect: { kind: "clear", mergeKey, version } };',
      "return { outcome: { receipt }, effect: undefined };",
    ],
    [
      "looks at versions before kinds",
      "COS-OP-029",
      "  const keyIsLive = scene.record",
      '  if (plan.ifVersion !== undefined && plan.ifVersion !== currentVersion(plan, scene)) throw refuse("VERSION_CONFLICT", "first", { currentVersion: currentVersion(plan, scene) });\n  const keyIsLive = scene.record',
    ],
    ["says another op", "COS-OP-033", "    op: plan.op,\n    ...parts,", "    op: ImprintOp.UPSERT,\n    ...parts,"],
    ["says nothing of how safe it is", "COS-OP-033", "durability: stamp.durability,\n    op", "durability: 0,\n    op"],
    [
      "stamps every version with its Engram",
      "COS-ENT-015",
      "writer: { source: stamp.source,",
      "writer: { source: stamp.engramId,",
    ],
    [
      "lets a merge grow beyond its room",
      "COS-ENT-006",
      'return checkContentSize({ value, text: canonicalText(value, "INVALID_ENTRY") }).text;',
      'return canonicalText(value, "INVALID_ENTRY");',
    ],
  ]),
  ...mutantsOf("engram/outcome.ts", [
    [
      "does not say that it repeats",
      "COS-OP-022",
      "return { ...before.outcome.receipt, replayed: true };",
      "return { ...before.outcome.receipt };",
    ],
    [
      "does not say that it refuses again",
      "COS-OP-023",
      "throw new CosmoError({ ...before.outcome.rejection, replayed: true });",
      "throw new CosmoError({ ...before.outcome.rejection });",
    ],
  ]),
  ...mutantsOf("engram/memory/in-memory-engram.ts", [
    ["gives all stores one id", "COS-ENT-017", "this.#storeId = `mem_${this.#ids()}`;", 'this.#storeId = "mem_one";'],
    [
      "takes its time to keep",
      "COS-OP-028",
      "if (effect !== undefined) rows.apply(effect, nowMs);",
      "if (effect !== undefined) setTimeout(() => rows.apply(effect, nowMs));",
    ],
    [
      "lets what has expired live on for imprints",
      "COS-OP-020",
      "    rows.sweep(nowMs);\n    const { outcome",
      "    const { outcome",
    ],
    [
      "imprints what it has imprinted",
      "COS-OP-022",
      "if (before !== undefined) return replayOutcome(plan, fingerprint, before);",
      "",
    ],
    [
      "remembers no refusal",
      "COS-OP-023",
      "told.set(plan.imprintId, { fingerprint, outcome, atMs: nowMs });",
      'if (!("rejection" in outcome)) told.set(plan.imprintId, { fingerprint, outcome, atMs: nowMs });',
    ],
    [
      "remembers an imprint for a minute",
      "COS-OP-026",
      "if (nowMs - atMs < IMPRINT_WINDOW_MS) break;",
      "if (nowMs - atMs < 60_000) break;",
    ],
    [
      "shares what imprint ids were told",
      "COS-OP-027",
      "{ rows: new Rows(), told: new Map() }",
      "{ rows: new Rows(), told: [...this.#partitions.values()][0]?.told ?? new Map() }",
    ],
    [
      "shares entries with every namespace",
      "COS-ENT-016",
      "{ rows: new Rows(), told: new Map() }",
      "{ rows: [...this.#partitions.values()][0]?.rows ?? new Rows(), told: new Map() }",
    ],
    [
      "changes what a refused imprint touches",
      "COS-ENT-021",
      "    if (effect !== undefined) rows.apply(effect, nowMs);",
      '    if (effect !== undefined) rows.apply(effect, nowMs);\n    if ("rejection" in outcome) for (const row of rows.search(readQuery({ query: undefined, mode: 0 }), nowMs, Infinity)) rows.apply({ kind: "remove", id: row.entry.id, version: row.entry.version + 1n }, nowMs);',
    ],
    [
      "forgets what it shows",
      "COS-RCL-026",
      "    const { hits, end } = cutPage(",
      '    for (const { entry } of found) rows.apply({ kind: "remove", id: entry.id, version: entry.version + 1n }, this.#clock.wallMs());\n    const { hits, end } = cutPage(',
    ],
    [
      "looks at entries of the first page only as they are",
      "COS-RCL-019",
      "const asOf = plan.cursor === undefined ? rows.revision : Number(plan.cursor.asOf);",
      "const asOf = rows.revision;",
    ],
    [
      "shows the entries of before",
      "COS-ENT-020",
      "const found = rows.search(plan, this.#clock.wallMs(), asOf);",
      "const found = rows.search(plan, this.#clock.wallMs(), plan.cursor === undefined ? asOf - 1 : asOf);",
    ],
  ]),
  ...mutantsOf("engram/memory/counters.ts", [
    [
      "begins a sequence again",
      "COS-OP-035",
      "this.raise(place, version, undefined);\n    this.#buried",
      "this.raise(place, version, 0n);\n    this.#buried",
    ],
    [
      "forgets the version of what is gone",
      "COS-ENT-013",
      "this.#buried.set(place, nowMs);",
      "this.#counters.delete(place);",
    ],
  ]),
  ...mutantsOf("engram/memory/rows.ts", [
    [
      "deletes the first item of a sequence",
      "COS-OP-012",
      "for (const row of [...this.#keys.get(effect.mergeKey)]) this.#bury",
      "for (const row of [...this.#keys.get(effect.mergeKey)].slice(0, 1)) this.#bury",
    ],
  ]),
  ...mutantsOf("engram/page.ts", [
    [
      "finds no items by their key",
      "COS-RCL-023",
      "plan.mergeKey !== entry.mergeKey)",
      "(plan.mergeKey !== entry.mergeKey || entry.seq !== undefined))",
    ],
    ["counts what has expired", "COS-ENT-018", "if (!isLive(entry, nowMs)) return undefined;", ""],
    [
      "finds what has another key",
      "COS-RCL-002",
      "if (plan.mergeKey !== undefined && plan.mergeKey !== entry.mergeKey) return undefined;",
      "",
    ],
    [
      "takes one tag of several",
      "COS-RCL-002",
      "if (!plan.tags.every((tag)",
      "if (plan.tags.length > 0 && !plan.tags.some((tag)",
    ],
    [
      "leaves out the first instant",
      "COS-RCL-021",
      "entry.updatedAtMs < plan.sinceMs",
      "entry.updatedAtMs <= plan.sinceMs",
    ],
    ["counts the last instant", "COS-RCL-021", "entry.updatedAtMs >= plan.untilMs", "entry.updatedAtMs > plan.untilMs"],
    ["shows what is under the least score", "COS-RCL-008", "score === 0 || score < plan.minScore", "score === 0"],
    ["takes one word of all", "COS-RCL-004", "if (!matchesAny) {", "if (false) {"],
    [
      "adds up the scores of leaves",
      "COS-RCL-006",
      "Math.max(best, leafScore(leaf, words))",
      "best + leafScore(leaf, words)",
    ],
    [
      "puts the oldest first",
      "COS-RCL-016",
      "    right.entry.updatedAtMs - left.entry.updatedAtMs ||",
      "    left.entry.updatedAtMs - right.entry.updatedAtMs ||",
    ],
    [
      "puts the least id first",
      "COS-RCL-016",
      "    compareCodePoints(right.entry.id, left.entry.id)\n",
      "    compareCodePoints(left.entry.id, right.entry.id)\n",
    ],
    [
      "says that there is no more",
      "COS-RCL-018",
      "if (last !== undefined) return { hits, end: positionOf(last) };",
      "if (last !== undefined) return { hits, end: undefined };",
    ],
  ]),
  ...mutantsOf("engram/character-class.ts", [
    ["takes for a letter what is not assigned", "COS-RCL-027", '_: "unassigned" }', '_: "word" }'],
  ]),
  ...mutantsOf("engram/text.ts", [
    [
      "divides by the words of the text only",
      "COS-RCL-005",
      "shared / (leaf.size + query.size - shared)",
      "shared / query.size",
    ],
  ]),
  ...mutantsOf("engram/leaves.ts", [
    ["looks for no word in tags", "COS-RCL-004", "for (const tag of tags) visit(tag);", ""],
    [
      "looks at the top of the content only",
      "COS-RCL-004",
      "for (const member of Object.values(value)) visit(member);",
      'for (const member of Object.values(value)) if (typeof member === "string") visit(member);',
    ],
  ]),
  ...mutantsOf("engram/query.ts", [
    [
      "matches nothing without a condition",
      "COS-RCL-001",
      "if (ids.length === 0) return undefined;",
      "if (ids.length === 0) return [];",
    ],
  ]),
];
