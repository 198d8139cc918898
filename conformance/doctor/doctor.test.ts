import { describe, expect, test } from "vitest";
import { describeDiagnoses, examine } from "./doctor.js";

/** What a harness does otherwise than a sound one: its hello, and what it answers to each command. */
interface Program {
  readonly roles: readonly string[];
  readonly features?: readonly string[];
  /** Code: the answer to each command that `command` holds; `write(line)` writes a line of its own. */
  readonly answers: Readonly<Record<string, string>>;
  /** Code that runs first. */
  readonly before?: string;
}

/** A harness as a program of Node. */
function programOf({ roles, features = [], answers, before = "" }: Program) {
  const hello = { control: "1", name: "test", version: "1", language: "JavaScript", roles, features };
  const all = {
    hello: `({ hello: ${JSON.stringify(hello)} })`,
    stop: "({ done: {} })",
    close: "({ done: {} })",
    ...answers,
  };
  const table = Object.entries(all).map(([name, code]) => `${name}: async (command) => ${code}`);
  const source = `${before}
    const write = (line) => process.stdout.write(line + "\\n");
    const answers = { ${table.join(", ")} };
    for await (const line of (await import("node:readline")).createInterface({ input: process.stdin })) {
      const { seq, ...given } = JSON.parse(line);
      const [name] = Object.keys(given);
      const known = answers[name];
      const reply = known === undefined ? { unsupported: { reason: name } } : await known(given[name]);
      write(JSON.stringify({ seq, ...reply }));
      if (name === "stop") process.exit(0);
    }`;
  return { program: process.execPath, args: ["--input-type=module", "-e", source] };
}

const codec = {
  transcode: `command.bytes.startsWith("AAAA") ? { refusal: { code: "MALFORMED" } } : { transcoded: { bytes: command.bytes } }`,
};
const patienceMs = 20_000;

/** What the doctor says of a harness, line by line, without what is sound. */
async function faultsOf(program: Program, patience = patienceMs): Promise<string> {
  const found = await examine(programOf(program), patience);
  return found.flatMap(({ check, fault }) => (fault === undefined ? [] : [`${check}: ${fault}`])).join("\n");
}

describe("the doctor", { timeout: 60_000 }, () => {
  test("finds a harness sound that answers as it is asked", async () => {
    const found = await examine(programOf({ roles: ["codec"], answers: codec }), patienceMs);
    expect(describeDiagnoses(found)).toMatch(/^(?: {2}✓ .*\n)+\nThe harness is sound\.$/);
  });

  test.each([
    [
      "an answer that its command does not have",
      { close: "({ hosting: {} })" },
      /at once.*: `close` is answered with `done`, and it answered `hosting`/,
    ],
    [
      "null",
      { close: "({ done: null })" },
      /done is no object; a field that is left out is absent, null is never sent/,
    ],
    ["a field that there is not", { close: "({ done: { ok: true } })" }, /done has "ok", which there is not/],
    [
      "two answers in one",
      { close: '({ done: {}, unsupported: { reason: "" } })' },
      /does not hold seq and exactly one/,
    ],
    ["words for people", { close: '(write("closing"), { done: {} })' }, /is no JSON, and what is for people goes to/],
    [
      "every answer twice",
      { close: "(write(JSON.stringify({ seq: seqOf(), done: {} })), { done: {} })" },
      /an answer for the second time/,
    ],
    [
      "a broken harness for what is no Signal",
      { transcode: '({ harnessError: { message: "x" } })' },
      /zeroes are no Sig/,
    ],
  ])("says so of %s", async (_, answers, said) => {
    const before = "let seq = 1; const seqOf = () => (seq += 1);";
    expect(await faultsOf({ roles: ["codec"], before, answers: { ...codec, ...answers } })).toMatch(said);
  });

  test("says whose feature it is that a harness claims without its role", async () => {
    const faults = await faultsOf({ roles: ["codec"], features: ["clock"], answers: codec });
    expect(faults).toBe("says what it is: it claims clock, which is of the role engram that it does not play");
  });

  test("goes on with another process where one broke", async () => {
    const faults = await faultsOf({ roles: ["codec"], answers: { ...codec, close: "process.exit(3)" } });
    expect(faults.match(/the process ended with exit code 3/g)).toHaveLength(3);
    expect(faults).not.toContain("decodes a Signal");
  });

  test.each([
    ["claims to validate and does not", ["validate"], "validates if it claims to: it claims validate, and it answered"],
    ["claims a view and has none", ["view"], "shows the JSON view if it claims to: it claims view, and it answered"],
  ])("says so of a codec that %s", async (_, features, said) => {
    expect(await faultsOf({ roles: ["codec"], features, answers: codec })).toContain(said);
  });

  test.each([
    [
      "names where nobody listens",
      '({ listening: { address: "127.0.0.1:" + port++ } })',
      "nobody listens at 127.0.0.1:1;",
    ],
    ["has one Synapse alone", '({ listening: { address: "127.0.0.1:1" } })', "two Synapses listen at 127.0.0.1:1;"],
    ["never closes", "({ listening: { address: await listen() } })", /127\.0\.0\.1:\d+ listens after `close`/],
  ])("says so of a Synapse that %s", async (_, listen, said) => {
    const before = `let port = 1;
      const { createServer } = await import("node:net");
      const listen = () => new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => resolve("127.0.0.1:" + server.address().port));
      });`;
    expect(await faultsOf({ roles: ["synapse"], before, answers: { listen } })).toMatch(said);
  });

  test.each(["engram", "participant"])("says so of a host in the role %s that joins nowhere", async (role) => {
    const faults = await faultsOf({ roles: [role], answers: { host: "({ hosting: {} })" } });
    expect(faults).toMatch(/it answered `host` before it joined the namespace doctor[-\w]*; open a session in each$/);
  });

  test("says so of an observer that joins nowhere", async () => {
    const answers = { observe: "({ done: {} })" };
    const faults = await faultsOf({ roles: ["observer"], answers }, 3_000);
    expect(faults).toMatch(/it did not subscribe; observe all of the namespace$/);
  });
});
