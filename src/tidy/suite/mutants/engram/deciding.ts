import { mutantsOf } from "../mutation.js";

/** What may go wrong in what every backend shares: decisions, queries, texts. They play on the memory of a process. */
export const deciding = [
  ...mutantsOf("engram/decide.ts", [
    ["holds an if_version that is too old", "COS-OP-016", "plan.ifVersion !== version)", "plan.ifVersion > version)"],
    [
      "keeps the time to live on an upsert",
      "COS-OP-018",
      "ttlEndMs ?? (isMerge ? current?.expiresAtMs : undefined)",
      "ttlEndMs ?? current?.expiresAtMs",
    ],
    [
      "stores a patch as it is",
      "COS-OP-004",
      "isMerge ? mergeContent(plan, current) : plan.content.text",
      "plan.content.text",
    ],
    ["drops the tags that were there", "COS-OP-007", "[...(current?.tags ?? []), ...plan.tags]", "[...plan.tags]"],
    ["gives an item the number of the one before", "COS-OP-003", "scene.lastSeq + 1n", "scene.lastSeq"],
  ]),
  ...mutantsOf("engram/merge.ts", [
    ["keeps the null of a patch", "COS-OP-005", "if (value === null) return undefined;", ""],
    [
      "unites lists with repeats",
      "COS-OP-006",
      "if (!members.has(text)) members.set(text, member);",
      "members.set(text + members.size, member);",
    ],
  ]),
  ...mutantsOf("engram/outcome.ts", [
    [
      "gives a receipt to another imprint",
      "COS-OP-024",
      "before.fingerprint !== fingerprint",
      'before.fingerprint === ""',
    ],
  ]),
  ...mutantsOf("engram/text.ts", [
    [
      "compares text case-sensitively",
      "COS-RCL-003",
      "text.toLowerCase().match(/[a-z0-9]+/g)",
      "text.match(/[A-Za-z0-9]+/g)",
    ],
    [
      "takes a run of Han for one word",
      "COS-RCL-003",
      'if (kind === "word") {',
      'if (kind === "word" || kind === "alone") {',
    ],
  ]),
  ...mutantsOf("engram/code-points.ts", [
    ["orders by the units of UTF-16", "COS-ENT-010", "return rank(a) - rank(b);", "return a - b;"],
  ]),
  ...mutantsOf("engram/query.ts", [
    [
      "takes the cursor of another namespace",
      "COS-RCL-020",
      "[scope.storeId, scope.namespace, scope.engramId],",
      "[scope.storeId, scope.engramId],",
    ],
  ]),
  ...mutantsOf("engram/page.ts", [
    ["fills a page beyond its room", "COS-RCL-018", "if (bytes > limits.pageBytes) break;", ""],
  ]),
  ...mutantsOf("engram/where.ts", [
    [
      "takes nothing for a value that is not equal",
      "COS-RCL-010",
      "return field !== undefined && compare(field,",
      "return compare(field ?? null,",
    ],
  ]),
  ...mutantsOf("engram/forgetting.ts", [
    ["keeps what imprint ids were told of an entry", "COS-ENT-023", "this.ids.has(id) ||", ""],
    ["begins again with the first version", "COS-ENT-024", "if (version > this.#highest) this.#highest = version;", ""],
  ]),
];
