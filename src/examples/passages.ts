/** A piece of a text file that can be read, and cited, by itself. */
export interface Passage {
  /** The file, below the directory that was read. */
  readonly file: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** The heading above it; empty if there is none. */
  readonly section: string;
  /** What it says, on one line. */
  readonly text: string;
}

/** A passage ends at the line that takes it over so many characters; a longer line is cut. */
const passageMax = 1_000;

/**
 * Splits a file into its paragraphs, list items and rows of tables; in a schema, into comments together with the line
 * that they are about. Headings are no passages, they belong to those below them.
 */
export function splitPassages(file: string, text: string): Passage[] {
  const isSchema = file.endsWith(".proto");
  const isMarkdown = file.endsWith(".md");
  const passages: Passage[] = [];
  let section = "";
  let lines: string[] = [];
  let begin = 1;
  const end = (): void => {
    for (const piece of cut(lines.join(" "))) {
      if (/[\p{L}\p{N}]/u.test(piece)) passages.push({ file, line: begin, section, text: piece });
    }
    lines = [];
  };
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim();
    const heading = isMarkdown ? /^#{1,6}\s+(.*)$/.exec(line) : null;
    if (line === "" || heading !== null || (!isSchema && /^(?:[-*+]|\d+[.)]|\|)\s/.test(line))) end();
    if (heading !== null) section = heading[1] ?? "";
    if (line === "" || heading !== null) continue;
    if (lines.length === 0) begin = index + 1;
    lines.push(isSchema ? line.replace(/^\/\/+\s?/, "") : line.replace(/^[-*+]\s+/, ""));
    const isWhole = lines.join(" ").length > passageMax || (isSchema && !line.startsWith("//"));
    if (isWhole) end();
  }
  end();
  return passages;
}

function cut(text: string): string[] {
  return text.match(new RegExp(`.{1,${passageMax}}(?=\\s|$)|.{1,${passageMax}}`, "gsu")) ?? [];
}
