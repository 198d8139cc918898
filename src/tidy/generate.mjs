// `npm run generate`: writes gen/ from proto/, offline. `--check` fails when gen/ is stale and says how to mend it.
//
// ts-proto writes the messages; it emits no option values, so the tables (errors, Signal types, limits, schema) are
// written here from the image that buf builds.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const buf = "node_modules/.bin/buf";
const tablesFile = join("gen", "cosmonapse", "v1", "tables.ts");
const descriptorsFile = join("gen", "descriptors.binpb");

/** Runs a program from the repository's root; its errors are the caller's. */
function run(program, ...args) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function camel(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** Calls back with a folder that is gone afterwards. */
function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The image of proto/ as JSON, with the values of our options in it. */
function readImage() {
  return withFolder((folder) => {
    const file = join(folder, "image.json");
    run(buf, "build", "proto", "-o", file);
    return JSON.parse(readFileSync(file, "utf8"));
  });
}

/** Every enum and message of the package, by its short name. */
function indexImage(image) {
  const enums = new Map();
  const messages = new Map();
  for (const file of image.file.filter(({ package: name }) => name === "cosmonapse.v1" || name === "google.protobuf")) {
    for (const one of file.enumType ?? []) enums.set(one.name, one);
    for (const one of file.messageType ?? []) messages.set(one.name, one);
  }
  return { enums, messages };
}

function option(subject, name) {
  return subject.options?.[`[cosmonapse.v1.${name}]`];
}

function numberOf(enums, enumName, valueName) {
  return enums.get(enumName).value.find(({ name }) => name === valueName)?.number ?? 0;
}

function errorTable({ enums }) {
  const rows = {};
  for (const value of enums.get("ErrorCode").value.slice(1)) {
    const traits = option(value, "error");
    rows[value.name.slice("ERROR_CODE_".length)] = {
      code: value.number,
      grpcStatus: traits.grpcStatus,
      retryable: traits.retryable ?? false,
      exitCode: traits.exitCode,
      effect: numberOf(enums, "Effect", traits.effect),
      advice: traits.advice,
    };
  }
  return rows;
}

function signalTable({ enums, messages }) {
  const fields = messages.get("Signal").field;
  const rows = {};
  for (const value of enums.get("SignalType").value.slice(1)) {
    const traits = option(value, "signal");
    const field = fields.find(({ number }) => number === value.number);
    rows[value.name.slice("SIGNAL_TYPE_".length)] = {
      type: value.number,
      body: camel(field.name),
      exchanges: traits.exchanges.map((name) => numberOf(enums, "Exchange", name)),
      traced: traits.traced ?? false,
      servedBy: numberOf(enums, "ParticipantRole", traits.servedBy),
      answeredBy: traits.answeredBy ?? [],
      timeoutMs: traits.timeoutMs ?? 0,
    };
  }
  return rows;
}

function limitTable({ messages }) {
  const rows = {};
  for (const field of messages.get("Limits").field) {
    const traits = option(field, "limit");
    rows[camel(field.name)] = { standard: Number(traits.standard), ceiling: Number(traits.ceiling ?? 0) };
  }
  return rows;
}

/** Follows the fields of `name` and writes each message that can be reached as a list of fields. */
function schemaTable({ enums, messages }, root) {
  const rows = {};
  const names = {};
  const visit = (name) => {
    if (rows[name] !== undefined) return;
    const message = messages.get(name);
    rows[name] = {};
    for (const field of message.field ?? []) {
      const reference = field.typeName?.split(".").at(-1);
      const nested = message.nestedType?.find((one) => one.name === reference);
      const kind = nested === undefined ? field.type.slice("TYPE_".length).toLowerCase() : "map";
      const row = { name: field.name, number: field.number, kind };
      if (field.label === "LABEL_REPEATED" && nested === undefined) row.repeated = true;
      if (field.proto3Optional === true) row.optional = true;
      if (reference !== undefined && nested === undefined) row.of = reference;
      rows[name][camel(field.name)] = row;
      if (kind === "message") visit(reference);
      if (kind === "enum") names[reference] = enumNames(enums.get(reference));
    }
  };
  visit(root);
  return { messages: rows, enums: names };
}

function enumNames({ name, value }) {
  const prefix = `${name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase()}_`;
  return Object.fromEntries(value.map((one) => [one.number, one.name.slice(prefix.length)]));
}

function tables(index) {
  const constant = (name, comment, value) =>
    `/** ${comment} */\nexport const ${name} = ${JSON.stringify(value, undefined, 2)} as const;\n`;
  const fields = Object.fromEntries(index.messages.get("Signal").field.map((one) => [camel(one.name), one.number]));
  return [
    "// Written by `npm run generate` from the options in proto/. Do not edit.\n",
    constant("ERROR_TABLE", "Every error code with its traits, by name.", errorTable(index)),
    constant("SIGNAL_TABLE", "Every type of Signal with its traits, by name.", signalTable(index)),
    constant(
      "LIMIT_TABLE",
      "Every limit: its standard value, and the largest that may be configured.",
      limitTable(index),
    ),
    constant("SIGNAL_FIELDS", "The field numbers of `Signal`.", fields),
    constant("SCHEMA_TABLE", "The messages and enums that a Signal is made of.", schemaTable(index, "Signal")),
  ].join("\n");
}

// ts-proto ends a message at a tag of zero and at the end of a group, and lets a field run over the end of its message;
// what stands behind is then read as fields of the message around it. So a Signal could show its reader another source
// than the one that a Synapse checked. Every other codec refuses such bytes, and with these two changes ours does.
const openEnds = [
  {
    found: /if \(\(tag & 7\) === 4 \|\| tag === 0\) \{\n\s+break;\n\s+\}/g,
    written: 'if ((tag & 7) === 4 || tag === 0) throw new globalThis.Error("a message ends before its length");',
  },
  {
    found: /return message;\n(?=\s+\} finally)/g,
    written: 'if (reader.pos !== end) throw new globalThis.Error("a field is longer than its message");\n      $&',
  },
];

/** Makes every generated `decode` end exactly where its message does. */
function closeEnds(code) {
  const wanted = code.match(/^ {2}decode\(input.*\{$/gm)?.length ?? 0;
  return openEnds.reduce((text, { found, written }) => {
    const times = text.match(found)?.length ?? 0;
    if (times !== wanted) throw new Error(`ts-proto changed: ${times} of ${wanted} decoders match ${String(found)}`);
    return text.replace(found, written);
  }, code);
}

/** Makes maps keep the key `__proto__`, which is lost when it is assigned. */
function keepProto(code) {
  return code.replace(
    /(message\.\w+)\[(\w+)\.key\] = (\2\.value);/g,
    'if ($2.key !== "__proto__") $1[$2.key] = $3;\n' +
      "              else globalThis.Object.defineProperty($1, $2.key, { value: $3, writable: true, enumerable: true, configurable: true });",
  );
}

/** Writes gen/ into a folder; "." is the repository itself. */
function generate(folder) {
  run(buf, "generate", "-o", folder);
  for (const file of filesOf(join(folder, "gen"))) {
    const path = join(folder, "gen", file);
    writeFileSync(path, keepProto(closeEnds(readFileSync(path, "utf8"))));
  }
  writeFileSync(join(folder, tablesFile), tables(indexImage(readImage())));
  // For reflection: what a client builds its messages from that has no .proto files. The protocol alone.
  const image = ["--path", "proto/cosmonapse/v1", "--exclude-source-info", "--as-file-descriptor-set"];
  run(buf, "build", "proto", ...image, "-o", join(folder, descriptorsFile));
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true }).filter((file) => statSync(join(folder, file)).isFile());
}

/** What differs between two folders, a line a file. */
export function compareFolders(expected, found) {
  const [wanted, present] = [expected, found].map((folder) => new Set(filesOf(folder)));
  const sentences = [];
  for (const file of [...new Set([...wanted, ...present])].sort()) {
    if (!present.has(file)) sentences.push(`missing: ${file}`);
    else if (!wanted.has(file)) sentences.push(`not generated: ${file}`);
    else if (!readFileSync(join(expected, file)).equals(readFileSync(join(found, file))))
      sentences.push(`stale: ${file}`);
  }
  return sentences;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv.includes("--check")) {
    const differences = withFolder((folder) => {
      generate(folder);
      return compareFolders(join(folder, "gen"), "gen");
    });
    if (differences.length > 0) {
      process.stderr.write(`gen/ is not what proto/ says:\n${differences.join("\n")}\n`);
      process.stderr.write("Mend it: npm run generate, then commit gen/.\n");
      process.exitCode = 1;
    }
  } else {
    generate(".");
  }
}
