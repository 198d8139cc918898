import { InvalidArgumentError, Option, type Command } from "commander";
import { addBusFlags } from "../core/bus-flags.js";
import { declare } from "../core/declare.js";
import { readDurationFlag, readWhole } from "../core/numbers.js";

/** `cosmo engram recall|imprint|delete`. */
export function addAskCommands(engram: Command): void {
  addRecall(engram.command("recall").description("Find entries"));
  addImprint(engram.command("imprint").description("Make one change"));
}

function addRecall(command: Command): void {
  addQueryFlags(addAddressFlags(command))
    .addOption(new Option("--mode <mode>", "how answers become one").choices(["first", "merge", "all"]).default("all"))
    .addOption(new Option("--limit <n>", "the most hits").default(50).argParser(readWhole(1, 1_000)))
    .option("--cursor <cursor>", "where the page before ended")
    .option("--fail-on-partial", "exit 8 if an Engram that was asked gave no answer");
  declare(addBusFlags(command), {
    load: async () => import("./recall.js"),
    exits: [3, 4, 5, 6, 8, 130],
    example: `cosmo engram recall --engram ctx -n demo --text "meaning of life" --limit 5`,
  });
}

function addImprint(command: Command): void {
  addAddressFlags(command)
    .addOption(
      new Option("--op <op>", "what to do")
        .choices(["add", "append", "merge", "upsert", "delete"])
        .makeOptionMandatory(),
    )
    .option("--entry <json>", "the content, with its tags: JSON, @file, or - for stdin")
    .option("--id <id>", "the entry, eng_…")
    .option("--merge-key <key>", "the key to address")
    .addOption(new Option("--tag <tag>", "a tag; may be repeated").default([], "none").argParser(gather))
    .addOption(new Option("--if-version <n>", "only if this version is there; 0: nothing").argParser(readVersion))
    .addOption(new Option("--ttl <duration>", "how long it stays visible").argParser(readDurationFlag))
    .addOption(new Option("--strategy <how>", "how merge combines").choices(["merge-patch", "deep-union"]))
    .option("--imprint-id <id>", "repeat it with the same id: it takes effect once")
    .option("--all", "change every Engram of the kind")
    .option("--no-ack", "do not wait for the receipt")
    .option("--fail-on-partial", "exit 8 if an Engram did not acknowledge");
  declare(addBusFlags(command), {
    load: async () => import("./imprint.js"),
    exits: [3, 4, 5, 6, 7, 8, 130],
    example: `cosmo engram imprint --engram ctx -n demo --op upsert --merge-key answer --entry '{"answer":42}'`,
  });
}

/** Gives a command the flags of whom it asks: one Engram by its id, or `any`, also all of a kind. */
export function addAddressFlags(command: Command, whom: "one" | "any" = "any"): Command {
  if (whom === "any") {
    command
      .option("--engram <id>", "the Engram to ask")
      .addOption(new Option("--kind <kind>", "or all of a kind").conflicts("engram"));
  } else {
    command.requiredOption("--engram <id>", "the Engram to ask");
  }
  return command.addOption(
    new Option("--timeout <duration>", "how long each request has").default(2_000, "2s").argParser(readDurationFlag),
  );
}

/** Gives a command the flags that say which entries. */
export function addQueryFlags(command: Command): Command {
  return command
    .option("--text <words>", "words in the content or the tags")
    .addOption(new Option("--text-match <how>", "all words, or any").choices(["all", "any"]))
    .addOption(new Option("--id <id>", "an entry, eng_…; may be repeated").default([], "any").argParser(gather))
    .option("--merge-key <key>", "the key of a record or sequence")
    .addOption(new Option("--tag <tag>", "a tag that it has; may be repeated").default([], "any").argParser(gather))
    .option("--where <json>", `a condition: {"path":"/a","op":"eq","value":1}, @file or -`)
    .option("--since <when>", "updated then or later: a time, or an age like 10m")
    .option("--until <when>", "updated before")
    .addOption(new Option("--min-score <n>", "the least score, 0 to 1").argParser(readScore));
}

/** Takes one more value of a flag that may be repeated. */
export function gather(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Reads a version, or 0. */
export const readVersion = readWhole(0, Number.MAX_SAFE_INTEGER);

function readScore(text: string): number {
  const score = Number(text);
  if (text.trim() !== "" && score >= 0 && score <= 1) return score;
  throw new InvalidArgumentError("Give a number from 0 to 1.");
}
