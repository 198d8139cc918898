import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { ImprintedBody, RecallBody, RecalledBody } from "../../../gen/cosmonapse/v1/memory.js";
import type { EngramCall } from "../../engram/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { CosmoError } from "../../errors/index.js";
import { SynapseServer } from "../../synapse/grpc/index.js";
import { createCall, createImprint } from "../../testing/index.js";
import { EngramBus, runCosmo, type CosmoRun, parsed } from "../../testing/console/index.js";
import { commandsOf } from "../core/declare.js";
import { declarationOf } from "../core/declare.js";
import { createProgram } from "../program.js";

/** Never answers, and says when it is asked. */
class Silent extends InMemoryEngram {
  onAsked: () => void = () => undefined;

  override recall(_body: RecallBody, call: EngramCall): Promise<RecalledBody> {
    return this.#wait(call);
  }

  override imprint(_body: unknown, call: EngramCall): Promise<ImprintedBody> {
    return this.#wait(call);
  }

  #wait({ abort }: EngramCall): Promise<never> {
    this.onAsked();
    return new Promise((_resolve, reject) => {
      abort.addEventListener("abort", () => reject(new CosmoError("CANCELLED", "nobody waits")), { once: true });
    });
  }
}

/** Gets one more entry with every page that it gives. */
class Moving extends InMemoryEngram {
  override async recall(body: RecallBody, call: EngramCall): Promise<RecalledBody> {
    const found = await super.recall(body, call);
    await super.imprint(createImprint("ADD", "{}"), createCall({ namespace: call.namespace, signalId: call.signalId }));
    return found;
  }
}

const silent = new Silent({ engramId: "silent", engramKind: "mixed" });
let folder: string;
let bus: EngramBus;
let guarded: SynapseServer;
let guardedUrl: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-cli-"));
  writeFileSync(join(folder, "broken"), "{");
  writeFileSync(join(folder, "good"), fileOf("eng_01HZZZZZZZZZZZZZZZZZZZZZZA", "new"));
  writeFileSync(join(folder, "other"), fileOf("eng_01HZZZZZZZZZZZZZZZZZZZZZZB", "k"));
  bus = await EngramBus.start(
    new InMemoryEngram({ engramId: "ctx", engramKind: "mixed" }),
    new Moving({ engramId: "moving", engramKind: "moving" }),
    silent,
  );
  await bus.dendrite.imprint({ directedId: "ctx" }, { op: "add", mergeKey: "k", entry: { a: "first" } });
  const sha256 = "0".repeat(64);
  const rights = ["PARTICIPATE", "OBSERVE"];
  const entries = [{ principal: "me", sha256, namespaces: ["*"], rights }];
  guarded = new SynapseServer({ port: 0, tokens: { entries } });
  guardedUrl = (await guarded.start()).url;
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await guarded.close();
  rmSync(folder, { recursive: true });
});

function fileOf(id: string, key: string): string {
  const header = { format: "cosmonapse.engram", format_version: 1 };
  const entry = { id, merge_key: key, content: { a: 1 }, tags: [] };
  return [header, entry, { end: true, entries: 1 }].map((line) => `${JSON.stringify(line)}\n`).join("");
}

type Run = () => Promise<CosmoRun>;

const on =
  (...argv: readonly string[]): Run =>
  () =>
    bus.run([...argv, "-o", "json"]);

const interrupted =
  (...argv: readonly string[]): Run =>
  async () => {
    const abort = new AbortController();
    silent.onAsked = () => abort.abort("SIGINT");
    const run = await bus.run([...argv, "--timeout", "1h", "-o", "json"], { abort: abort.signal });
    silent.onAsked = () => undefined;
    return run;
  };

/** Where a file is that a case needs. */
const at = (name: string): string => join(folder, name);

/** What every command that joins a Synapse answers to a wrong token, and where nobody listens. */
const joining = (words: string, argv: () => readonly string[]): readonly (readonly [string, number, Run])[] => {
  const run = (...more: readonly string[]) => runCosmo([...words.split(" "), ...argv(), ...more, "-o", "json"]);
  return [
    [words, 3, () => run("--url", guardedUrl)],
    [words, 4, () => run("--url", "cosmo://127.0.0.1:1", "--connect-timeout", "100ms")],
  ];
};

/** What every command that asks one Engram answers. */
const asking = (words: string, argv: () => readonly string[]): readonly (readonly [string, number, Run])[] => {
  const line = (engram: string) => [...words.split(" "), "--engram", engram, ...argv()];
  return [
    ...joining(words, () => ["--engram", "ctx", ...argv()]),
    [words, 5, () => on(...line("nobody"))()],
    [words, 6, () => on(...line("silent"), "--timeout", "100ms")()],
    [words, 130, () => interrupted(...line("silent"))()],
  ];
};

const serving = (words: string, argv: () => readonly string[]): readonly (readonly [string, number, Run])[] => [
  ...joining(words, argv),
  [words, 7, () => on(...words.split(" "), ...argv())()],
  [
    words,
    130,
    () => bus.run([...words.split(" "), ...argv(), "--engram-id", "own"], { abort: AbortSignal.abort("SIGINT") }),
  ],
];

const add = ["--op", "add", "--merge-key", "k", "--entry", "{}"];
const dsn = (): string => inject("postgresDsn");
const schema = `cli_exits_${process.pid}`;
const everything = ["-n", "demo", "--everything", "--yes"];
const aborted = (...argv: readonly string[]) => runCosmo(argv, { abort: AbortSignal.abort("SIGINT") });

const cases: readonly (readonly [string, number, Run])[] = [
  ...serving("engram serve memory", () => []),
  ...serving("engram serve sqlite", () => ["--path", at("a.db")]),
  ...serving("engram serve postgres", () => ["--dsn", dsn(), "--schema", schema]),
  ...asking("engram recall", () => []),
  ["engram recall", 8, on("engram", "recall", "--kind", "mixed", "--timeout", "200ms", "--fail-on-partial")],
  ...asking("engram imprint", () => add),
  ["engram imprint", 7, on("engram", "imprint", "--engram", "ctx", ...add)],
  [
    "engram imprint",
    8,
    () => {
      const all = ["--kind", "mixed", "--all", "--timeout", "200ms", "--fail-on-partial"];
      return on("engram", "imprint", ...all, "--op", "add", "--entry", "{}")();
    },
  ],
  ...asking("engram delete", () => ["--merge-key", "k"]),
  ["engram delete", 7, on("engram", "delete", "--engram", "ctx", "--merge-key", "k", "--if-version", "9")],
  ...asking("engram export", () => ["--out", at("out")]),
  ["engram export", 8, () => on("engram", "export", "--engram", "moving", "--out", at("out"), "--fail-on-partial")()],
  ...asking("engram import", () => ["--in", at("good")]),
  ["engram import", 7, () => on("engram", "import", "--engram", "ctx", "--in", at("other"))()],
  ["engram import", 100, () => on("engram", "import", "--engram", "ctx", "--in", at("broken"))()],
  ["engram forget sqlite", 130, () => aborted("engram", "forget", "sqlite", "--path", at("a.db"), ...everything)],
  ["engram forget postgres", 130, () => aborted("engram", "forget", "postgres", "--dsn", dsn(), ...everything)],
];

describe("the exit codes of cosmo engram", () => {
  test("have a case each", () => {
    const documented = commandsOf(createProgram()).flatMap((command) => {
      const words = [command.name(), command.parent?.name(), command.parent?.parent?.name()];
      const name = words
        .filter((word) => word !== undefined && word !== "cosmo")
        .reverse()
        .join(" ");
      const { exits } = declarationOf(command) ?? { exits: [] };
      return name.startsWith("engram") ? exits.map((exit) => `${name} ${exit}`) : [];
    });
    expect(documented.length).toBeGreaterThan(30);
    expect(cases.map(([name, exit]) => `${name} ${exit}`).sort()).toEqual(documented.sort());
  });

  test.for(cases)("%s: %i", async ([name, expected, run], { skip }) => {
    if (name.endsWith("postgres") && dsn() === "") skip(inject("postgresMissing"));
    const { exit, stdout, stderr } = await run();
    expect(exit, stderr).toBe(expected);
    if (stdout !== "" && !name.includes("serve")) expect(() => JSON.parse(stdout)).not.toThrow();
    if (stderr.startsWith("{")) expect(parsed(stderr)).toMatchObject({ error: { exit: expected } });
    else expect(expected === 130 || expected === 7 || expected === 8, stderr).toBe(true);
  });
});
