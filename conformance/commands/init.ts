import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder, packageVersion } from "../ground/files.js";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import { starters, type Starter } from "./starters.js";

/**
 * `init`: writes a harness of the role codec with the schema beside it into a folder that is empty or not there, and
 * gives what one does next, line by line. Throws SuiteError for a folder that holds something.
 */
export function init(language: string, folder: string): readonly string[] {
  const starter = starters[language];
  if (starter === undefined) {
    throw new SuiteError(`--lang ${language}: there is ${Object.keys(starters).join(", ")}`, 2);
  }
  if (existsSync(folder) && !isEmptyFolder(folder)) {
    throw new SuiteError(`${folder} is not empty: name another folder with --dir`, 2);
  }
  try {
    write(starter, folder);
  } catch (thrown) {
    throw new SuiteError(`${folder}: cannot write it: ${wordsOf(thrown)}`, 2);
  }
  return [
    `cd ${/^[\w@%+=:,./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`}`,
    ...starter.prepare,
    ...playLines(starter),
  ];
}

function isEmptyFolder(path: string): boolean {
  return statSync(path).isDirectory() && readdirSync(path).length === 0;
}

function write({ folder: source, files = [""], written, prepare, harness }: Starter, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    cpSync(join(packageFolder, "conformance", "harness", source, file), join(folder, file), { recursive: true });
  }
  cpSync(join(packageFolder, "proto", "cosmonapse", "v1"), join(folder, "proto", "cosmonapse", "v1"), {
    recursive: true,
  });
  for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
  const lines = [...prepare, ...playLines({ harness })].map((line) => `    ${line}`);
  writeFileSync(join(folder, "README.md"), [...readme, ...lines, "", ...afterwards, ""].join("\n"));
}

function playLines({ harness }: Pick<Starter, "harness">): readonly string[] {
  const suite = `npx --package cosmonapse@${packageVersion} cosmo conformance`;
  return [`${suite} doctor -- ${harness}`, `${suite} run --role codec --case 'codec/*/filled' -- ${harness}`];
}

const readme = [
  "# A harness of the role codec",
  "",
  "It answers the lines of the conformance suite with the codec that is generated from `proto/`. It knows of no case, and",
  "needs to be changed only where it calls the codec: put yours there.",
  "",
];

const afterwards = [
  "Then play all of it: leave `--case` away. `explain ID` says what a sentence means, `replay CASE` shows what crosses the",
  "pipe, and `--known FILE` takes a list of what you know to fail.",
];
