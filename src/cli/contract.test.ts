// What holds for every command, whatever it does: a new one is held to it by being there.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SynapseServer } from "../synapse/grpc/index.js";
import { listCommands, runCosmo } from "../testing/console/index.js";

const commands = listCommands();
const leaves = commands.flatMap(({ words, example, flags, isPassedOn }) =>
  example === undefined || isPassedOn ? [] : [{ name: words.join(" "), words, example, flags }],
);
const groups = commands
  .filter(({ example }) => example === undefined)
  .map(({ words }) => ({ words, name: words.join(" ") }));
// Those that open a store or a file first show these codes in engram/exits.test.ts.
const others = ["engram import", "engram serve postgres"];
const onBus = leaves.filter(({ flags, name }) => flags.includes("--url") && !others.includes(name));

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-contract-"));
const token = "let-me-in-please-1234";
let guarded: SynapseServer;
let guardedUrl = "";

beforeAll(async () => {
  const sha256 = createHash("sha256").update("another token altogether").digest("hex");
  guarded = new SynapseServer({
    port: 0,
    tokens: { entries: [{ sha256, principal: "somebody", namespaces: ["*"], rights: ["PARTICIPATE"] }] },
  });
  guardedUrl = (await guarded.start()).url;
  writeFileSync(join(folder, "neurons.mjs"), "export async function researcher(input) { return input; }\n");
});

afterAll(async () => {
  await guarded.close();
  rmSync(folder, { recursive: true });
});

/** The line of JSON that a failed command leaves. */
function failureIn(stderr: string): { code: string; message: string; exit: number; hint: string } {
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  expect(lines).toHaveLength(1);
  // What the command line promises of it.
  return (JSON.parse(lines[0] ?? "") as { error: ReturnType<typeof failureIn> }).error;
}

describe.each(leaves)("cosmo $name", ({ words, example }) => {
  const call = [...example];
  // What follows `--` is no flag.
  if (call.includes("--")) call.splice(call.indexOf("--"));

  test("has an example that calls it", () => {
    expect(example.join(" ")).toMatch(words[0] === "version" ? /^--version/ : new RegExp(`^${words.join(" ")}( |$)`));
  });

  test("refuses a flag that it does not know, and says which one was meant", async () => {
    const { exit, stdout, stderr } = await runCosmo([...call, "--outptu", "json"]);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/unknown option '--outptu' \(Did you mean .*--output\W/);
  });

  test("refuses a format that there is not, as JSON if that was asked for elsewhere", async () => {
    const { exit, stderr } = await runCosmo([...call, "-o", "yaml"], { env: { COSMO_OUTPUT: "json" } });
    expect(exit).toBe(2);
    expect(stderr).toContain("Allowed choices are text, json, jsonl");
    const told = await runCosmo([...call, "--nonsense"], { env: { COSMO_OUTPUT: "json" } });
    expect(failureIn(told.stderr)).toMatchObject({ code: "INVALID_ARGUMENT", exit: 2 });
  });
});

describe.each(groups)("cosmo $name", ({ words }) => {
  test("wants one of its commands", async () => {
    const none = await runCosmo([...words]);
    expect([none.exit, none.stdout]).toEqual([2, ""]);
    expect(none.stderr).toContain("No command was given");
    const wrong = await runCosmo([...words, "no-such-command"]);
    expect([wrong.exit, wrong.stderr]).toEqual([2, expect.stringContaining("unknown command 'no-such-command'")]);
  });
});

describe.each(onBus)("cosmo $name, which needs a Synapse,", ({ words, example }) => {
  const where = (url: string): string[] => {
    const at = example.indexOf("--url");
    const rest = (at === -1 ? example : example.toSpliced(at, 2)).slice(words.length);
    // In this process, and with a file that is there.
    const files = rest
      .filter((word) => word !== "--watch")
      .map((word) => (word.endsWith(".ts") ? join(folder, "neurons.mjs") : word))
      .map((word) => (word.endsWith(".db") ? join(folder, "memory.db") : word));
    return [...words, "--url", url, "--connect-timeout", "300ms", "-o", "json", ...files];
  };

  test("ends with 4 where none answers", async () => {
    const { exit, stdout, stderr } = await runCosmo(where("cosmo://127.0.0.1:1"));
    expect([exit, stdout]).toEqual([4, ""]);
    expect(failureIn(stderr)).toMatchObject({ code: "UNAVAILABLE", exit: 4 });
  });

  test("ends with 2 for an address that is none", async () => {
    const { exit, stderr } = await runCosmo(where("http://127.0.0.1:1"));
    expect([exit, failureIn(stderr).code]).toEqual([2, "INVALID_ARGUMENT"]);
  });

  test("ends with 3 where its token is refused, and does not repeat it", async () => {
    const { exit, stdout, stderr } = await runCosmo(where(guardedUrl), { env: { COSMO_TOKEN: token } });
    expect([exit, stdout]).toEqual([3, ""]);
    expect(failureIn(stderr)).toMatchObject({ code: "UNAUTHENTICATED", exit: 3 });
    expect(stderr).not.toContain(token);
  });
});
