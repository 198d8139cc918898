import { mutantsOf } from "../mutation.js";

/** What may go wrong in what SQL drivers share. They play on PostgreSQL, where a case begins sooner. */
const shared = [
  ...mutantsOf("engram/sql/imprint-batch.ts", [
    [
      "begins versions again after a delete",
      "COS-ENT-013",
      "nowMs - buriedAtMs >= TOMBSTONE_WINDOW_MS",
      "nowMs >= buriedAtMs",
    ],
    ["begins the numbers of a key again", "COS-OP-035", "lastSeq: key.lastSeq,", "lastSeq: 0n,"],
    ["finds a record that left its key", "COS-OP-028", "if (seq === undefined) this.#records.delete(mergeKey);", ""],
    [
      "looks only at what was told before the batch",
      "COS-OP-022",
      "this.#told.get(plan.imprintId) ?? this.#loaded.told.get(plan.imprintId)",
      "this.#loaded.told.get(plan.imprintId)",
    ],
    [
      "lets what has expired live on",
      "COS-OP-020",
      "if (!isLive(entry, stamp.nowMs)) this.#bury(entry, entry.version);",
      ";",
    ],
  ]),
  ...mutantsOf("engram/sql/search-sql.ts", [
    [
      "takes tags by a part of them",
      "COS-RCL-002",
      "x.tag = ${this.#place(tag)}",
      "x.tag LIKE '%' || ${this.#place(tag)} || '%'",
    ],
    [
      "takes a key for a pattern",
      "COS-ENT-010",
      "e.merge_key = ${this.#place(mergeKey)}",
      "e.merge_key LIKE ${this.#place(mergeKey)}",
    ],
    ["counts what has expired", "COS-ENT-018", "e.expires_ms > ${now}", "e.expires_ms > ${now} - 1"],
    [
      "shows what came after the first page",
      "COS-RCL-019",
      "if (asOf !== undefined) conditions.push",
      "if (asOf === -1) conditions.push",
    ],
    ["takes the first hits before they are in order", "COS-RCL-016", "`ORDER BY ${first}${time} DESC, e.id DESC`,", ""],
    ["gives the score of all leaves together", "COS-RCL-006", "max(CAST(l.shared", "sum(CAST(l.shared"],
    [
      "is content with one word",
      "COS-RCL-004",
      "const isEach = !this.#plan.matchesAny && words.length > 1;",
      "const isEach = false;",
    ],
    ["wants more than the least score", "COS-RCL-008", "HAVING ${score} >= ", "HAVING ${score} > "],
    [
      "mixes namespaces",
      "COS-ENT-016",
      "const conditions = [`e.space = ${this.#space}`];",
      "const conditions = [`${this.#space} > 0`];",
    ],
    [
      "includes the end of a time",
      "COS-RCL-021",
      "e.updated_ms < ${this.#place(untilMs)}",
      "e.updated_ms <= ${this.#place(untilMs)}",
    ],
  ]),
  ...mutantsOf("engram/sql/index-words.ts", [
    ["cuts long words", "COS-RCL-004", "`${word.slice(0, 16)}#${digest(word)}`", "word.slice(0, wordLengthMax)"],
  ]),
];

/** What may go wrong in SQLite. */
export const storingInSqlite = [
  ...mutantsOf("engram/sqlite/imprint-store.ts", [
    ["does not keep what imprint ids were told", "COS-OP-022", "of changes.told)", "of changes.told.slice(0, 0))"],
    [
      "remembers receipts and no rejections",
      "COS-OP-023",
      "of changes.told)",
      'of changes.told.filter(([, told]) => "receipt" in told.outcome))',
    ],
    [
      "forgets an imprint id too early",
      "COS-OP-026",
      "nowMs - IMPRINT_WINDOW_MS,\n    );\n    return row",
      "nowMs,\n    );\n    return row",
    ],
    [
      "deletes the first item of a sequence alone",
      "COS-OP-012",
      'this.#entries("merge_key = ?", space, key)',
      'this.#entries("merge_key = ? AND seq < 2", space, key)',
    ],
  ]),
  ...mutantsOf("engram/sqlite/index-store.ts", [
    [
      "leaves the words of the content before",
      "COS-RCL-004",
      "for (const word of old.values()) this.#removeWord(number, word);",
      "",
    ],
    [
      "leaves the tags of the version before",
      "COS-RCL-002",
      "DELETE FROM tag WHERE space = ? AND tag = ? AND number = ?",
      "DELETE FROM tag WHERE space = -?  AND tag = ? AND number = ?",
    ],
  ]),
  ...mutantsOf("engram/sqlite/forget-store.ts", [
    ["leaves the words of what is forgotten", "COS-ENT-023", "index.remove(match.number, match.entry);", ""],
    [
      "begins again with the first version after a purge",
      "COS-ENT-024",
      "THEN max(floor, ?) ELSE ? END",
      "THEN min(floor, ?) ELSE 0 * ? END",
    ],
  ]),
  ...mutantsOf("engram/sqlite/recall-store.ts", [
    [
      "takes as many as are wanted before the filter",
      "COS-RCL-018",
      "plan.where === undefined ? plan.topK + 1 : limitMax",
      "plan.topK + 1",
    ],
  ]),
];

/** What may go wrong in PostgreSQL. */
export const storingInPostgres = [
  ...shared,
  ...mutantsOf("engram/postgres/imprint-statements.ts", [
    [
      "does not keep what imprint ids were told",
      "COS-OP-022",
      "if (told.length === 0) return undefined;",
      "if (told.length >= 0) return undefined;",
    ],
    ["gives an update no new revision", "COS-RCL-019", '["revision", ...ENTRY_COLUMNS]', "[...ENTRY_COLUMNS]"],
    [
      "forgets an imprint id too early",
      "COS-OP-026",
      "[space, places.imprintIds, nowMs - IMPRINT_WINDOW_MS],",
      "[space, places.imprintIds, nowMs],",
    ],
  ]),
  ...mutantsOf("engram/postgres/postgres-store.ts", [
    ["lets two hosts have one space at once", "COS-OP-028", "WHERE space = $1 FOR UPDATE`", "WHERE space = $1`"],
  ]),
  ...mutantsOf("engram/postgres/search-rows.ts", [
    [
      "goes on from the start",
      "COS-RCL-019",
      "const scope = { space, nowMs, asOf, words, after, limit };",
      "const scope = { space, nowMs, asOf, words, after: plan.cursor, limit };",
    ],
  ]),
];
