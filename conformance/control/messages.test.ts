import { describe, expect, test } from "vitest";
import { readText } from "../ground/files.js";
import { answers, features, LineError, readReply, roles, writeCommand, type Command } from "./messages.js";

interface Enum {
  readonly items: { readonly enum: readonly string[] };
}

interface ControlSchema {
  readonly $defs: {
    readonly command: { readonly properties: object };
    readonly reply: {
      readonly properties: {
        readonly hello: { readonly properties: { readonly roles: Enum; readonly features: Enum } };
      };
    };
  };
}

// What the published schema of the lines is made of, as far as it is looked at.
const { $defs } = JSON.parse(readText("conformance", "control", "control.schema.json")) as ControlSchema;
const page = readText("conformance", "HARNESS.md");

/** The cells of the rows of a table of the page, by the words of its head. */
function rowsUnder(head: string): readonly (readonly string[])[] {
  const [, after = ""] = page.split(new RegExp(`^\\| ${head} .*\\n\\|[-| ]+\\n`, "m"));
  const [table = ""] = after.split("\n\n");
  return table.split("\n").map((line) => line.split(/ *\| */).slice(1, -1));
}

describe("the lines of the control protocol", () => {
  test("are the same in the schema, in the code and on the page for those who write a harness", () => {
    const names = ["seq", ...Object.keys(answers)];
    expect(Object.keys($defs.command.properties).sort()).toEqual(names.sort());
    const hello = $defs.reply.properties.hello.properties;
    expect(hello.roles.items.enum.toSorted()).toEqual(roles.toSorted());
    expect(hello.features.items.enum.toSorted()).toEqual(Object.keys(features).sort());
    const words = [...roles, ...Object.keys($defs.reply.properties)];
    expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
    const told = rowsUnder("Feature").map(([feature, role]) => [feature, role]);
    expect(told).toEqual(
      expect.arrayContaining(Object.entries(features).map((pair) => pair.map((one) => `\`${one}\``))),
    );
    expect(told).toHaveLength(Object.keys(features).length);
    const rows = rowsUnder("Command").map(([command = "", , answer = ""]) => [command, answer] as const);
    expect(rows.map(([command]) => command)).toEqual(
      expect.arrayContaining(Object.keys(answers).map((one) => `\`${one}\``)),
    );
    for (const [command, answer] of rows) {
      const own = Object.entries(answers).find(([name]) => `\`${name}\`` === command)?.[1] ?? [];
      expect(
        own.filter((one) => !answer.includes(`\`${one}\``)),
        command,
      ).toEqual([]);
      expect(own, command).not.toEqual([]);
    }
  });

  test("hold commands that the schema allows, and no other", () => {
    expect(writeCommand(1, { close: { address: "a:1" } })).toBe('{"seq":1,"close":{"address":"a:1"}}\n');
    for (const [seq, command] of [
      [0, { stop: {} }],
      [1, { forget: { store: "", namespace: "a" } }],
      [1, { transcode: { message: "m", bytes: "?" } }],
    ] as const satisfies readonly (readonly [number, Command])[])
      expect(() => writeCommand(seq, command)).toThrow("The runner made a command that is none");
  });

  const hello = { control: "1", name: "n", version: "", language: "l", roles: ["codec"], features: [] };

  test.each([
    ["no JSON", "hello", /no JSON, and what is for people goes to standard error: hello/],
    ["another version", { seq: 1, hello: { ...hello, control: "2" } }, /hello.control is not "1"/],
    [
      "a role that there is not",
      { seq: 1, hello: { ...hello, roles: ["bus"] } },
      /hello.roles.0 is none of codec, engram/,
    ],
    ["no name", { seq: 1, hello: { ...hello, name: undefined } }, /hello lacks "name"/],
    ["a number as a text", { seq: "1", done: {} }, /seq is no integer/],
    ["no answer", { seq: 1 }, /the line does not hold seq and exactly one answer/],
    ["an address without a port", { seq: 1, listening: { address: "host" } }, /listening.address must match pattern/],
  ])("are refused in words for %s", (_, line, said) => {
    const read = (): unknown => readReply(typeof line === "string" ? line : JSON.stringify(line));
    expect(read).toThrow(LineError);
    expect(read).toThrow(said);
  });
});
