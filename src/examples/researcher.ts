import type { Neuron } from "../index.js";

/** What the researcher is asked. */
export interface Question {
  readonly question: string;
}

/** What it answers, and whether it had to think. */
export interface Answer {
  readonly answer: string;
  readonly source: "computed" | "cache";
}

/** A plain function: it looks in shared memory first, and writes down what it had to compute. */
export const researcher: Neuron<Question, Answer> = async ({ question }, _context, { recall, imprint }) => {
  // A score of 1 means the same words, in whatever order; the condition wants the very same text.
  const sameQuestion = { path: "/question", op: "eq", value: question } as const;
  const prior = await recall("ctx", { query: { text: question, minScore: 1, where: sameQuestion } });
  const cached = prior.hits[0]?.content["answer"];
  if (typeof cached === "string") return { answer: cached, source: "cache" };

  const answer = `Answer to '${question}': 42`;
  await imprint("ctx", {
    op: "upsert",
    entry: { question, answer, tags: ["qa"] },
    mergeKey: keyOf(question),
    deadlineMs: 500,
  });
  return { answer, source: "computed" };
};

/** A key has at most 1,024 bytes: long questions that begin alike replace each other, and never answer each other. */
function keyOf(question: string): string {
  return `q:${Array.from(question).slice(0, 250).join("")}`;
}
