import { CosmoError, type Imprint, type Json, type Neuron, type Recall } from "../index.js";
import { splitPassages, type Passage } from "./passages.js";
import { rankPassages } from "./rank.js";
import { readTexts } from "./read-texts.js";
import type { Question } from "./researcher.js";
import { checkQuestion } from "./run.js";
import { contentWords } from "./words.js";

/** What the librarian found, and whether it had to look. */
export interface CitedAnswer {
  /** The best passages, the best one first. */
  readonly passages: readonly Passage[];
  readonly source: "computed" | "cache";
}

/** How many passages make an answer. */
const citedMax = 3;
/** How many imprints are on their way at a time. */
const batchSize = 8;

/**
 * Makes a Neuron that answers from the text files of a directory. It reads them when first asked and imprints their
 * passages into `shelf`; it finds what shares words with a question, cites the best, and recalls its answer when it is
 * asked again. Answers INVALID_INPUT for a question without a content word, for a directory without text, and when
 * nothing shares a word with the question.
 */
export function createLibrarian(directory: string): Neuron<Question, CitedAnswer> {
  let isShelved = false;
  return async ({ question }, _context, { recall, imprint }) => {
    checkQuestion(question);
    const words = findWords(question);
    const known = await recallAnswer(question, recall);
    if (known !== undefined) return { passages: known, source: "cache" };

    if (!isShelved) await shelve(directory, imprint);
    isShelved = true;
    const passages = rankPassages(question, await recallPassages(words, recall)).slice(0, citedMax);
    await imprint("shelf", {
      op: "append",
      entry: { question, passages: passages.map((passage) => ({ ...passage })), tags: ["answer"] },
    });
    return { passages, source: "computed" };
  };
}

async function recallAnswer(question: string, recall: Recall): Promise<readonly Passage[] | undefined> {
  const where = { path: "/question", op: "eq", value: question } as const;
  const { hits } = await recall("shelf", { query: { text: question, minScore: 1, where, tags: ["answer"] } });
  const passages = hits[0]?.content["passages"];
  return Array.isArray(passages) ? readPassages(passages) : undefined;
}

/** Imprints every passage under its place, with the words to find it by. */
async function shelve(directory: string, imprint: Imprint): Promise<void> {
  const passages = (await readTexts(directory)).flatMap(({ file, text }) => splitPassages(file, text));
  for (let from = 0; from < passages.length; from += batchSize) {
    const batch = passages.slice(from, from + batchSize);
    await Promise.all(
      batch.map((passage, index) => {
        const words = [...new Set(contentWords(`${passage.section} ${passage.text}`))].join(" ");
        const entry = { passage: { ...passage }, words, tags: ["passage"] };
        return imprint("shelf", { op: "upsert", entry, mergeKey: `passage:${from + index}` });
      }),
    );
  }
}

/** The words to find passages by. */
function findWords(question: string): string {
  const words = contentWords(question).join(" ");
  if (words !== "") return words;
  throw new CosmoError("INVALID_INPUT", `'${question}' has only words that every text has; name what you look for`);
}

/** What shares a word with the question: the Engram finds, by its index of words. */
async function recallPassages(text: string, recall: Recall): Promise<Passage[]> {
  const query = { text, textMatch: "any", tags: ["passage"], topK: 1_000 } as const;
  const { hits } = await recall("shelf", { query, mode: "all" });
  if (hits.length === 0) {
    throw new CosmoError("INVALID_INPUT", `No text has one of the words: ${text}; ask with other words`);
  }
  return readPassages(hits.map(({ content }) => content["passage"] ?? null));
}

/** The passages among what memory gave back. */
function readPassages(contents: readonly Json[]): Passage[] {
  return contents.flatMap((content) => (isPassage(content) ? [content] : []));
}

function isPassage(content: Json): content is Json & Passage {
  if (typeof content !== "object" || content === null || !("file" in content)) return false;
  const { file, line, section, text } = content;
  return typeof line === "number" && [file, section, text].every((one) => typeof one === "string");
}
