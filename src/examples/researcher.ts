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
  const prior = await recall("ctx", { query: { text: question, minScore: 1 } });
  const cached = prior.hits[0]?.content["answer"];
  if (typeof cached === "string") return { answer: cached, source: "cache" };

  const answer = `Answer to '${question}': 42`;
  await imprint("ctx", {
    op: "upsert",
    entry: { question, answer, tags: ["qa"] },
    mergeKey: `q:${question}`,
    deadlineMs: 500,
  });
  return { answer, source: "computed" };
};
