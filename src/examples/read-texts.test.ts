import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readTexts } from "./read-texts.js";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-texts-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

describe("text files", () => {
  test("are read from a directory and below it, in the order of their names", async () => {
    for (const file of ["b.md", "a/deep/c.txt", "d.PROTO"]) write(file, `in ${file}`);
    expect(await readTexts(folder)).toEqual([
      { file: "a/deep/c.txt", text: "in a/deep/c.txt" },
      { file: "b.md", text: "in b.md" },
      { file: "d.PROTO", text: "in d.PROTO" },
    ]);
  });

  test("are neither what is hidden, installed or linked, nor what holds no text", async () => {
    for (const file of [".git/a.md", "node_modules/b/a.md", "a.js", "nul.md"]) write(file, "text\0");
    write("empty.md", "\n");
    write("broken.txt", new Uint8Array([0x6f, 0x6b, 0xff]));
    symlinkSync(folder, join(folder, "round"));
    expect(await readTexts(folder)).toEqual([{ file: "broken.txt", text: "ok\ufffd" }]);
  });

  test.each([
    ["names", { namesMax: 2 }, "holds more than 2 names; name a smaller directory"],
    ["files", { filesMax: 2 }, "holds more than 2 text files; name a smaller directory"],
    ["bytes", { bytesMax: 5 }, "holds more than 5 bytes of text; name a smaller directory"],
  ])("are refused when there are too many %s, and read when there are just so many", async (_, limits, message) => {
    for (const file of ["a.md", "b.md"]) write(file, "ab");
    expect((await readTexts(folder, limits)).length).toBe(2);
    write("c.md", "ab");
    await expect(readTexts(folder, limits)).rejects.toThrow(`[INVALID_INPUT] '${folder}' ${message}`);
  });

  test.each([
    ["is not there", "none", "is no directory; name one that holds text files"],
    ["is a file", "a.js", "is no directory; name one that holds text files"],
    ["holds none", ".", "holds no .md, .txt or .proto file with text in it; name another directory"],
  ])("are not found in what %s", async (_, path, message) => {
    write("a.js", "text");
    await expect(readTexts(join(folder, path))).rejects.toThrow(message);
  });
});
