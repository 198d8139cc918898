import { Option, type Command } from "commander";
import { addBusFlags } from "../core/bus-flags.js";
import { declare } from "../core/declare.js";
import { addAddressFlags, addQueryFlags, readVersion } from "./declare-ask.js";
import { addDatabaseFlags } from "./declare-serve.js";

/** `cosmo engram delete|export|import|forget`. */
export function addKeepCommands(engram: Command): void {
  addDelete(engram.command("delete").description("Delete one entry, a sequence, or all that match"));
  addExport(engram.command("export").description("Write all entries of an Engram to a file"));
  addImport(engram.command("import").description("Read entries from a file; a repeated import changes nothing"));
  addForget(engram.command("forget").description("Purge a store: content, index, tombstones and receipts"));
}

function addDelete(command: Command): void {
  addRemoveFlags(addQueryFlags(addAddressFlags(command, "one")))
    .addOption(new Option("--if-version <n>", "with --id or --merge-key: only this version").argParser(readVersion))
    .option("--imprint-id <id>", "with --id or --merge-key: repeat it with the same id");
  declare(addBusFlags(command), {
    load: async () => import("./delete.js"),
    exits: [3, 4, 5, 6, 7, 130],
    example: "cosmo engram delete --engram ctx -n demo --merge-key answer",
  });
}

function addExport(command: Command): void {
  addAddressFlags(command, "one")
    .requiredOption("--out <file>", "NDJSON: a header, a line for each entry, their number; - for stdout")
    .option("--fail-on-partial", "exit 8 if entries were changed while it was written");
  declare(addBusFlags(command), {
    load: async () => import("./export.js"),
    exits: [3, 4, 5, 6, 8, 130],
    example: "cosmo engram export --engram ctx -n demo --out ctx.ndjson",
  });
}

function addImport(command: Command): void {
  addAddressFlags(command, "one")
    .requiredOption("--in <file>", "what export wrote")
    .option("--dry-run", "say what would change")
    .option("--keep-going", "leave out broken lines; without it, one keeps all from being imported");
  declare(addBusFlags(command), {
    load: async () => import("./import.js"),
    exits: [3, 4, 5, 6, 7, 100, 130],
    example: "cosmo engram import --engram ctx -n demo --in ctx.ndjson --dry-run",
  });
}

function addForget(forget: Command): void {
  const sqlite = forget.command("sqlite").description("Purge a file of SQLite, also while it is served");
  sqlite.addOption(new Option("--path <file>", "the file").default("./engram.db").env("COSMO_ENGRAM_PATH"));
  declare(addForgetFlags(sqlite), {
    load: async () => import("./forget-sqlite.js"),
    exits: [130],
    example: "cosmo engram forget sqlite --path ./engram.db --engram-id ctx -n demo --tag personal --dry-run",
  });
  const postgres = addDatabaseFlags(
    forget.command("postgres").description("Purge a database, also while it is served"),
  );
  declare(addForgetFlags(postgres), {
    load: async () => import("./forget-postgres.js"),
    exits: [130],
    example: "cosmo engram forget postgres --engram-id ctx -n demo --everything --yes",
  });
}

function addForgetFlags(command: Command): Command {
  command
    .addOption(new Option("--engram-id <id>", "whose entries").default("ctx").env("COSMO_ENGRAM_ID"))
    .addOption(new Option("-n, --namespace <name>", "the namespace").default("default").env("COSMO_NAMESPACE"));
  return addRemoveFlags(addQueryFlags(command)).option("--everything", "all entries, instead of those that match");
}

function addRemoveFlags(command: Command): Command {
  return command.option("--dry-run", "say how many, change nothing").option("--yes", "do not ask");
}
