import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDeferred, systemClock, type Deferred } from "../../../foundation/index.js";
import { FakeClock } from "../../../testing/index.js";
import { TokenSource } from "./token-source.js";

const textWith = (...tokens: string[]): string =>
  JSON.stringify(
    tokens.map((token) => ({
      principal: token,
      sha256: createHash("sha256").update(token).digest("hex"),
      namespaces: ["demo"],
      rights: ["OBSERVE"],
    })),
  );

let folder = "";
let source: TokenSource | undefined;
let changed: Deferred<void>;
let failed: Deferred<string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-tokens-"));
  changed = createDeferred();
  failed = createDeferred();
});
afterEach(() => {
  source?.close();
  rmSync(folder, { recursive: true });
});

function open(file: string): TokenSource {
  source = new TokenSource({
    tokens: { file },
    clock: systemClock,
    onChange: () => changed.resolve(),
    onError: ({ message }) => failed.resolve(message),
  });
  return source;
}

function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return file;
}

const takes = (tokens: TokenSource, token: string): boolean => {
  try {
    return tokens.authenticate({ authorization: `Bearer ${token}`, certificate: undefined }).principal === token;
  } catch {
    return false;
  }
};

describe("a file of tokens", () => {
  test.each([
    ["a file that is moved to its name", (file: string, text: string) => renameSync(put("other", text), file)],
    ["new text in the same file", (file: string, text: string) => writeFileSync(file, text)],
  ])("is read again after %s", async (_, write) => {
    const file = put("tokens.json", textWith("early"));
    const tokens = open(file);
    tokens.start();
    expect([takes(tokens, "early"), takes(tokens, "late")]).toEqual([true, false]);
    write(file, textWith("late"));
    await changed.promise;
    expect([takes(tokens, "early"), takes(tokens, "late")]).toEqual([false, true]);
  });

  test("is read again when a link on the way to it leads elsewhere, as in mounted secrets", async () => {
    for (const [name, token] of Object.entries({ v1: "early", v2: "late" })) {
      mkdirSync(join(folder, name));
      put(join(name, "tokens.json"), textWith(token));
    }
    symlinkSync("v1", join(folder, "data"));
    const file = join(folder, "tokens.json");
    symlinkSync(join("data", "tokens.json"), file);
    const tokens = open(file);
    tokens.start();
    symlinkSync("v2", join(folder, "data.new"));
    renameSync(join(folder, "data.new"), join(folder, "data"));
    await changed.promise;
    expect([takes(tokens, "early"), takes(tokens, "late")]).toEqual([false, true]);
  });

  test("is read again when it is a link into a folder of which nothing is told", async () => {
    mkdirSync(join(folder, "elsewhere"));
    const target = put(join("elsewhere", "tokens.json"), textWith("early"));
    const file = join(folder, "tokens.json");
    symlinkSync(target, file);
    const tokens = open(file);
    tokens.start();
    put(join("elsewhere", "tokens.json"), textWith("late"));
    await changed.promise;
    expect([takes(tokens, "early"), takes(tokens, "late")]).toEqual([false, true]);
  });

  test("is read again if it changed before anybody watched", () => {
    const tokens = open(put("tokens.json", textWith("early")));
    put("tokens.json", textWith("late"));
    tokens.start();
    expect([takes(tokens, "early"), takes(tokens, "late")]).toEqual([false, true]);
  });

  test.each([
    ["is no JSON", "[{ the-token-of-the-worker", "it is no JSON"],
    ["is empty", "", "it is no JSON"],
    ["has a wrong entry", '[{"principal": 1}]', "entry 0: principal names"],
  ])("that %s is told of, and changes nothing", async (_, text, message) => {
    const tokens = open(put("tokens.json", textWith("early")));
    tokens.start();
    put("tokens.json", text);
    const told = await failed.promise;
    expect(told).toContain(`${join(folder, "tokens.json")}`);
    expect(told).toContain(message);
    expect(told).not.toContain("the-token");
    expect(takes(tokens, "early")).toBe(true);
  });

  test("that stays wrong is told of once, and again after it was right", () => {
    const clock = new FakeClock();
    const errors: string[] = [];
    const file = put("tokens.json", textWith("early"));
    const onError = ({ message }: Error): void => void errors.push(message);
    source = new TokenSource({ tokens: { file }, clock, onChange: () => undefined, onError });
    source.start();
    for (const text of ["[{", "[{", textWith("early"), "[{"]) {
      put("tokens.json", text);
      clock.advance(3_000);
    }
    expect(errors).toHaveLength(2);
    source.close();
    rmSync(file);
    clock.advance(3_000);
    expect([errors.length, clock.pending]).toEqual([2, 0]);
  });

  test("that goes is told of, and changes nothing", async () => {
    const file = put("tokens.json", textWith("early"));
    const tokens = open(file);
    tokens.start();
    rmSync(file);
    expect(await failed.promise).toMatch(/INVALID_ARGUMENT.*cannot be read.*ENOENT/);
    expect(takes(tokens, "early")).toBe(true);
  });

  test.each([
    ["is empty", "", "it is no JSON"],
    ["is no JSON", "{", "it is no JSON"],
  ])("that %s lets nothing begin, least of all without tokens", (_, text, message) => {
    const file = put("tokens.json", text);
    expect(() => open(file)).toThrow(`[INVALID_ARGUMENT] The token file ${file} cannot be read: ${message}`);
  });

  test("that is not there lets nothing begin", () => {
    expect(() => open(join(folder, "none.json"))).toThrow(/INVALID_ARGUMENT.*none\.json cannot be read: ENOENT/);
  });

  test("without entries lets nobody in", () => {
    const tokens = open(put("tokens.json", "[]"));
    expect([tokens.isRequired, takes(tokens, "early")]).toEqual([true, false]);
  });
});
