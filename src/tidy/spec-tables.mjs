// `node src/tidy/spec-tables.mjs`: writes the tables of types, errors and limits into the marked regions of
// proto/README.md, from gen/. `--check` changes nothing and fails when a region is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const page = "proto/README.md";
const source = "gen/cosmonapse/v1/tables.ts";

// By number, as gRPC names them.
const grpcStatuses = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];
const exchanges = ["", "EVENT", "REQUEST", "PARTIAL", "REPLY", "CONTROL"];
const roles = ["", "Neurons", "Engrams"];
const effects = ["", "NONE", "UNKNOWN"];

/** The value of one constant of the generated tables. */
function readTable(text, name) {
  const match = new RegExp(`^export const ${name} = (\\{.*?^\\}) as const;$`, "ms").exec(text);
  if (match === null) throw new Error(`${source} has no ${name}: run npm run generate`);
  return JSON.parse(match[1]);
}

function nameAt(names, number) {
  const name = names[number];
  if (name === undefined) throw new Error(`spec-tables.mjs has no name for ${number}: add it to [${names.join(", ")}]`);
  return name;
}

/** A table whose columns are as wide as their widest cell, as the formatter wants it. */
function formatTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function typesTable(text) {
  const entries = Object.entries(readTable(text, "SIGNAL_TABLE"));
  const nameOf = (number) => entries.find(([, { type }]) => type === number)?.[0] ?? `${number}`;
  const rows = entries.map(([name, row]) => [
    `${row.type}`,
    name,
    row.exchanges.map((number) => nameAt(exchanges, number)).join(", "),
    row.traced ? "yes" : "no",
    nameAt(roles, row.servedBy),
    row.answeredBy.map(nameOf).join(", "),
    row.timeoutMs === 0 ? "" : `${row.timeoutMs} ms`,
  ]);
  return formatTable([["No.", "Type", "Exchange", "Traced", "Served by", "Answered by", "Standard time"], ...rows]);
}

function errorsTable(text) {
  const rows = Object.entries(readTable(text, "ERROR_TABLE")).map(([name, row]) => [
    `${row.code}`,
    `\`${name}\``,
    nameAt(grpcStatuses, row.grpcStatus),
    row.retryable ? "yes" : "no",
    nameAt(effects, row.effect),
    `${row.exitCode}`,
    row.advice,
  ]);
  return formatTable([["No.", "Code", "gRPC status", "Retryable", "Effect", "Exit", "What to do"], ...rows]);
}

function limitsTable(text) {
  const rows = Object.entries(readTable(text, "LIMIT_TABLE")).map(([name, { standard, ceiling }]) => [
    `\`${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}\``,
    `${standard}`,
    ceiling === 0 ? "fixed" : `${ceiling}`,
  ]);
  return formatTable([["Limit", "Standard", "Ceiling"], ...rows]);
}

/** The page with its generated regions as the tables say. Throws if a region is missing. */
export function fillTables(markdown, tables) {
  const regions = { types: typesTable(tables), errors: errorsTable(tables), limits: limitsTable(tables) };
  let filled = markdown;
  for (const [name, table] of Object.entries(regions)) {
    const [open, close] = [`<!-- generated:${name} -->`, "<!-- /generated -->"];
    const from = filled.indexOf(open);
    const to = filled.indexOf(close, from);
    if (from === -1 || to === -1) throw new Error(`${page} has no region ${open} … ${close}`);
    filled = `${filled.slice(0, from + open.length)}\n\n${table}\n\n${filled.slice(to)}`;
  }
  return filled;
}

/** Writes the tables, or with `isCheck` only compares. Returns false if the page is stale and was not written. */
export function writeSpecTables(isCheck) {
  const before = readFileSync(page, "utf8");
  const after = fillTables(before, readFileSync(source, "utf8"));
  if (after === before) return true;
  if (!isCheck) writeFileSync(page, after);
  return !isCheck;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (!writeSpecTables(process.argv.includes("--check"))) {
    process.stderr.write(`The tables in ${page} are not what gen/ says.\nMend it: node src/tidy/spec-tables.mjs\n`);
    process.exitCode = 1;
  }
}
