// `node src/tidy/requirements.mjs`: reads the requirements of proto/README.md and fails on a normative sentence without
// an id, an id that is used twice, of a wrong form or in a wrong section, and an id cited elsewhere that does not exist.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const page = "proto/README.md";
const keyWords = /\b(?:MUST|SHALL|SHOULD|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b/g;
const requirementForm = /^- \*\*(COS-([A-Z]+)-\d{3})\*\* (\S.*)$/;
const citationForm = /COS-[A-Z]+(?:-\d+)?/g;

/**
 * The requirements of a specification, and what is wrong with it. A finding is `{ kind, where, what }`; its kind is one
 * of `no-id`, `form`, `twice`, `section`, `not-normative`, `not-one`.
 */
export function parseSpecification(markdown) {
  const requirements = new Map();
  const findings = [];
  let area = "";
  let inFence = false;
  for (const [index, line] of markdown.split("\n").entries()) {
    const report = (kind, what) => findings.push({ kind, where: `${page}:${index + 1}`, what });
    if (line.startsWith("```")) inFence = !inFence;
    if (inFence) continue;
    if (line.startsWith("## ")) area = /\(COS-([A-Z]+)\)$/.exec(line)?.[1] ?? "";
    const words = line.replace(/`[^`]*`/g, "").match(keyWords) ?? [];
    const [, id, idArea, sentence] = requirementForm.exec(line) ?? [];
    if (id === undefined) {
      if (/\*\*cos\b/i.test(line)) report("form", `not of the form \`- **COS-AREA-000** sentence\`: ${line}`);
      else if (words.length > 0) report("no-id", `a normative sentence without an id: ${line}`);
      continue;
    }
    if (words.length === 0) report("not-normative", `${id} has none of MUST, SHOULD, MAY`);
    if (words.length > 1) report("not-one", `${id} says ${words.join(" and ")}: give each its own id`);
    if (idArea !== area) report("section", `${id} stands in the section of COS-${area}`);
    if (requirements.has(id)) report("twice", `${id} is used twice`);
    else requirements.set(id, { id, line: index + 1, sentence });
  }
  return { requirements: [...requirements.values()], findings };
}

/** The findings, of kind `unknown`, for what a file cites and the specification does not have. */
export function findUnknownCitations(requirements, file, text) {
  const known = new Set(requirements.flatMap(({ id }) => [id, id.slice(0, id.lastIndexOf("-"))]));
  const findings = [];
  for (const [index, line] of text.split("\n").entries()) {
    for (const [cited] of line.matchAll(citationForm)) {
      if (known.has(cited)) continue;
      findings.push({ kind: "unknown", where: `${file}:${index + 1}`, what: `${cited} is not in ${page}` });
    }
  }
  return findings;
}

/** Every file that may cite a requirement. */
function citingFiles() {
  const files = ["proto", "src"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).map((file) => join(root, file)),
  );
  // The samples of the test cite ids that must not exist.
  return files.filter(
    (file) => /\.(?:proto|ts|md)$/.test(file) && file !== join("src", "tidy", "requirements.test.ts"),
  );
}

/** Reads the specification and everything that cites it. */
export function checkRepository() {
  const { requirements, findings } = parseSpecification(readFileSync(page, "utf8"));
  for (const file of citingFiles())
    findings.push(...findUnknownCitations(requirements, file, readFileSync(file, "utf8")));
  return { requirements, findings };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { requirements, findings } = checkRepository();
  for (const { where, what } of findings) process.stderr.write(`${where} ${what}\n`);
  process.stdout.write(`${requirements.length} requirements, ${findings.length} findings\n`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
