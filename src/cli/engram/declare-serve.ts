import { Option, type Command } from "commander";
import { addBusFlags } from "../core/bus-flags.js";
import { declare } from "../core/declare.js";

const exits = [3, 4, 7, 130] as const;

/** `cosmo engram serve memory|sqlite|postgres`. */
export function addServeCommands(engram: Command): void {
  const serve = engram.command("serve").description("Host an Engram until SIGTERM or Ctrl-C");
  declare(addServeFlags(serve.command("memory").description("Host memory that ends with this process")), {
    load: async () => import("./serve-memory.js"),
    exits,
    example: "cosmo engram serve memory --engram-id scratch -n demo",
  });
  const sqlite = serve.command("sqlite").description("Host memory in a file of SQLite");
  sqlite.addOption(
    new Option("--path <file>", "the file; made if it is not there").default("./engram.db").env("COSMO_ENGRAM_PATH"),
  );
  declare(addServeFlags(sqlite), {
    load: async () => import("./serve-sqlite.js"),
    exits,
    example: "cosmo engram serve sqlite --path ./engram.db --engram-id ctx -n demo",
  });
  const postgres = addDatabaseFlags(serve.command("postgres").description("Host memory in a database of PostgreSQL"));
  declare(addServeFlags(postgres), {
    load: async () => import("./serve-postgres.js"),
    exits,
    example: "COSMO_DSN=postgresql://user@127.0.0.1/app cosmo engram serve postgres --engram-id ctx -n demo",
  });
}

/** Gives a command the flags of a database; the DSN is never shown. */
export function addDatabaseFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--dsn <dsn>", "postgresql://user:password@host:5432/name; others see flags, so prefer COSMO_DSN").env(
        "COSMO_DSN",
      ),
    )
    .addOption(new Option("--schema <name>", "the schema of the tables").default("cosmonapse").env("COSMO_SCHEMA"));
}

function addServeFlags(command: Command): Command {
  command
    .addOption(new Option("--engram-id <id>", "its address on the Synapse").default("ctx").env("COSMO_ENGRAM_ID"))
    .addOption(new Option("--kind <kind>", "what kind of memory it is").default("context").env("COSMO_ENGRAM_KIND"))
    .option("--ready-file <file>", "written as JSON once it is reachable");
  return addBusFlags(command);
}
