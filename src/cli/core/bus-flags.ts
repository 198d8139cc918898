import { Option, type Command } from "commander";
import { readDurationFlag } from "./numbers.js";

/** The flags of every command that joins a Synapse. */
export interface BusFlags {
  readonly url: string;
  readonly namespace: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  /** Milliseconds. */
  readonly connectTimeout: number;
}

/** Gives a command the flags of a Synapse to join. */
export function addBusFlags(command: Command): Command {
  return addTargetFlags(command).addOption(
    new Option("-n, --namespace <name>", "the namespace").default("default").env("COSMO_NAMESPACE"),
  );
}

/** Gives a command the flags of a Synapse to ask, whatever the namespace. */
export function addTargetFlags(command: Command): Command {
  const rare = [
    new Option("--token-file <file>", "a file with the token").env("COSMO_TOKEN_FILE"),
    new Option("--ca <file>", "certificates to trust, for cosmos://").env("COSMO_CA"),
    new Option("--cert <file>", "own certificate, for mTLS").env("COSMO_CERT"),
    new Option("--key <file>", "its private key").env("COSMO_KEY"),
    new Option("--server-name <name>", "the name in its certificate").env("COSMO_SERVER_NAME"),
    new Option("--connect-timeout <duration>", "how long to try to connect")
      .default(5_000, "5s")
      .argParser(readDurationFlag)
      .env("COSMO_CONNECT_TIMEOUT"),
  ];
  command.addOption(new Option("--url <url>", "the Synapse").default("cosmo://127.0.0.1:7070").env("COSMO_URL"));
  for (const option of rare) command.addOption(option.hideHelp());
  return command.addHelpText("after", connection);
}

/** The flags that only a guarded Synapse needs, in few lines: help fits a screen. */
const connection = `
Connection: --token-file <file> (or COSMO_TOKEN), --connect-timeout <duration> (5s), for cosmos://
  also --ca <file>, --cert <file>, --key <file>, --server-name <name>; each as COSMO_CA and so on.`;
