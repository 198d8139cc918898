/** A program in a page, and what it is to print. */
export interface Sample {
  readonly name: string;
  readonly language: "ts" | "sh";
  readonly code: string;
  /** Its whole stdout. `undefined`: the page does not show it. */
  readonly output: string | undefined;
}

/** A step of the section on the command line. */
export interface CommandStep {
  /**
   * `file`: the code is the content of the file `words`. `terminal`: it runs in a terminal of its own, and goes on; it
   * says `words`. `command`: it ends well, and prints `words`.
   */
  readonly kind: "file" | "terminal" | "command";
  readonly words: string;
  readonly code: string;
}

/** The steps that a page marks `<!-- file: name -->`, `<!-- terminal: words -->` or `<!-- command: words -->`, in order. */
export function extractSteps(markdown: string): readonly CommandStep[] {
  return fencesOf(markdown).flatMap(({ mark, code }) => {
    if (mark === undefined || mark.kind === "test" || mark.kind === "output") return [];
    return [{ kind: mark.kind, words: mark.name, code }];
  });
}

/**
 * The samples of a page of Markdown. `<!-- test: name -->` on the line before a fence of `ts` or `sh` makes it one, and
 * fences of one name are one program; `<!-- output: name -->` before a fence says what it prints. Throws an Error for
 * a fence of `ts` that is not marked, since nothing would show that it is right, and for a mark that has no fence.
 */
export function extractSamples(markdown: string): readonly Sample[] {
  const programs = new Map<string, { language: "ts" | "sh"; parts: string[] }>();
  const outputs = new Map<string, string>();
  for (const { mark, language, code } of fencesOf(markdown)) {
    if (mark?.kind === "output") outputs.set(mark.name, code);
    else if (mark === undefined) {
      if (language === "ts") throw new Error(`A fence of ts without <!-- test: name -->:\n${code}`);
    } else if (mark.kind !== "test") {
      // A step of another kind.
    } else if (language === "ts" || language === "sh") {
      const program = programs.get(mark.name) ?? { language, parts: [] };
      program.parts.push(code);
      programs.set(mark.name, program);
    } else throw new Error(`<!-- test: ${mark.name} --> stands before '${language}'; it tests ts and sh`);
  }
  for (const name of outputs.keys()) {
    if (!programs.has(name)) throw new Error(`<!-- output: ${name} --> has no <!-- test: ${name} -->`);
  }
  return [...programs].map(([name, { language, parts }]) => {
    return { name, language, code: parts.join("\n"), output: outputs.get(name) };
  });
}

interface Fence {
  readonly mark: { readonly kind: MarkKind; readonly name: string } | undefined;
  readonly language: string;
  readonly code: string;
}

type MarkKind = "test" | "output" | CommandStep["kind"];

const mark = /^<!-- (?:(test|output): ([a-z-]+)|(file|terminal|command): (.+)) -->$/;

function readMark(line = ""): Fence["mark"] {
  const [, sample, name, step, words] = mark.exec(line) ?? [];
  if (sample !== undefined) return { kind: sample === "test" ? "test" : "output", name: name ?? "" };
  if (step === undefined) return undefined;
  return { kind: step === "file" || step === "terminal" ? step : "command", name: words ?? "" };
}

function fencesOf(markdown: string): readonly Fence[] {
  const lines = markdown.split("\n");
  const fences: Fence[] = [];
  const marked = new Set<number>();
  for (let at = 0; at < lines.length; at += 1) {
    const [, language] = /^```(\w*)$/.exec(lines[at] ?? "") ?? [];
    if (language === undefined) continue;
    // The formatter puts an empty line between a comment and a fence.
    const markAt = lines[at - 1] === "" ? at - 2 : at - 1;
    const end = lines.indexOf("```", at + 1);
    if (end === -1) throw new Error(`The fence in line ${at + 1} has no end`);
    const code = `${lines.slice(at + 1, end).join("\n")}\n`;
    fences.push({ mark: readMark(lines[markAt]), language, code });
    marked.add(markAt);
    at = end;
  }
  const lost = lines.findIndex((line, at) => mark.test(line) && !marked.has(at));
  if (lost !== -1) throw new Error(`No fence follows ${lines[lost]}`);
  return fences;
}
