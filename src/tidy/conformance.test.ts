// The suite against real implementations: our own SDK, and codecs that others' generators make of the same schema.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { PostgresServer } from "../testing/postgres/index.js";
import { buildGo, buildJava, buildPython, buildRust, type Program } from "../testing/foreign/index.js";
import { harness, passedIn, play, redIn, type Report } from "./play-role.js";

interface Named {
  readonly items: { readonly enum: readonly string[] };
}

interface ControlSchema {
  readonly $defs: {
    readonly command: { readonly properties: object };
    readonly reply: {
      readonly properties: {
        readonly hello: { readonly properties: { readonly roles: Named; readonly features: Named } };
      };
    };
  };
}

describe("our own SDK", () => {
  const own = { command: process.execPath, args: [resolve("dist/conformance/harness/typescript.js")], env: {} };

  test("plays the role of a codec", async () => {
    const report = await play("codec", own, { known: "known-typescript.yaml" });
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(4_500);
  }, 60_000);

  test("plays the role of a Synapse", async () => {
    const report = await play("synapse", own);
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(460);
    expect(report.requirements.length).toBeGreaterThanOrEqual(200);
  }, 120_000);
});

// Our own Synapse behind a link that writes in another way than ours: who only takes what ours writes is red here.
describe("a Synapse that is odd, and conformant", () => {
  test.each([
    "fields-backwards",
    "unknown-fields",
    "unknown-frames",
    "stretched-varints",
    "one-signal-a-frame",
    "one-byte-a-segment",
  ])(
    "is green: %s",
    async (oddity) => {
      const args = [resolve("dist/conformance/harness/odd-synapse.js"), oddity];
      const report = await play("synapse", { command: process.execPath, args, env: {} });
      expect(redIn(report)).toEqual([]);
      expect(passedIn(report)).toBeGreaterThanOrEqual(460);
    },
    120_000,
  );
});

test.each(["typescript", "typescript-engram", "typescript-observer", "typescript-participant"])(
  "the doctor finds our own harness sound: %s",
  async (file) => {
    const suite = resolve("dist/conformance/main.js");
    const args = [suite, "doctor", "--", process.execPath, resolve(`dist/conformance/harness/${file}.js`)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/^(?: {2}✓ .*\n)+\nThe harness is sound\.\n$/);
  },
  60_000,
);

test("our own Dendrite plays the role of a participant", async () => {
  const args = [resolve("dist/conformance/harness/typescript-participant.js")];
  const report = await play("participant", { command: process.execPath, args, env: {} });
  expect(redIn(report)).toEqual([]);
  expect(report.exit).toBe(0);
  expect(passedIn(report)).toBeGreaterThanOrEqual(65);
  expect(report.requirements.length).toBeGreaterThanOrEqual(64);
}, 60_000);

describe("our own observer", () => {
  const file = "typescript-observer";

  test("plays its role", async () => {
    const args = [resolve(`dist/conformance/harness/${file}.js`)];
    const report = await play("observer", { command: process.execPath, args, env: {} });
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(17);
    expect(report.requirements.length).toBeGreaterThanOrEqual(18);
  }, 60_000);

  test("has a harness of at most 120 lines", () => {
    expect(
      readFileSync(join(harness, `${file}.ts`), "utf8")
        .trimEnd()
        .split("\n").length,
    ).toBeLessThanOrEqual(120);
  });
});

describe("a host of Neurons in Python", () => {
  const file = join(harness, "python", "participant.py");
  const missing = inject("pythonMissing");

  test("plays the role of a participant", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const program = await buildPython(file);
    try {
      const report = await play("participant", program);
      expect(redIn(report)).toEqual([]);
      // It claims neither `dispatch` nor `memory`: it hosts, and asks nothing from outside of a Neuron.
      expect(passedIn(report)).toBeGreaterThanOrEqual(33);
    } finally {
      program.remove();
    }
  }, 300_000);

  test("has a harness of at most 300 lines", () => {
    expect(readFileSync(file, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(300);
  });
});

describe("an Engram in Python", () => {
  const file = join(harness, "python", "engram.py");
  const missing = inject("pythonMissing");

  test("plays the role of an Engram", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const program = await buildPython(file);
    try {
      const report = await play("engram", program);
      expect(redIn(report)).toEqual([]);
      expect(report.exit).toBe(0);
      // It claims neither `clock` nor `forget`: its clock is the machine's.
      expect(passedIn(report)).toBeGreaterThanOrEqual(499);
      expect(report.requirements.length).toBeGreaterThanOrEqual(69);
    } finally {
      program.remove();
    }
  }, 300_000);

  test("has a harness of at most 200 lines", () => {
    expect(readFileSync(file, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(200);
  });
});

describe("a host of Neurons in Go", () => {
  const folder = join(harness, "go-participant");
  const missing = inject("goMissing");

  test("plays the role of a participant", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const program = await buildGo({ folder, name: "example.com/participant", isClient: true });
    try {
      const report = await play("participant", program);
      expect(redIn(report)).toEqual([]);
      expect(passedIn(report)).toBeGreaterThanOrEqual(33);
    } finally {
      program.remove();
    }
  }, 300_000);

  test("has a harness of at most 300 lines of code", () => {
    const lines = readFileSync(join(folder, "main.go"), "utf8").split("\n");
    expect(lines.filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length).toBeLessThanOrEqual(300);
  });
});

describe("our own Engrams", () => {
  const program = (...args: readonly string[]): Omit<Program, "remove"> => ({
    command: process.execPath,
    args: [resolve("dist/conformance/harness/typescript-engram.js"), ...args],
    env: {},
  });

  function expectAll(report: Report): void {
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(590);
    expect(report.requirements.length).toBeGreaterThanOrEqual(77);
  }

  test("in memory plays the role of an Engram", async () => {
    expectAll(await play("engram", program("memory")));
  }, 60_000);

  test("on SQLite plays the role of an Engram", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cosmonapse-engram-"));
    try {
      expectAll(await play("engram", program("sqlite", folder)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 300_000);

  test("on PostgreSQL plays the role of an Engram", async ({ skip }) => {
    if (inject("postgresMissing") !== "") skip(inject("postgresMissing"));
    await using server = await PostgresServer.start();
    expectAll(await play("engram", program("postgres", server.dsn)));
  }, 300_000);
});

const others = [
  {
    name: "Python",
    missing: inject("pythonMissing"),
    build: () => buildPython(join(harness, "python", "harness.py")),
    lines: "python/harness.py",
    known: undefined,
  },
  {
    name: "Go",
    missing: inject("goMissing"),
    build: () => buildGo({ folder: join(harness, "go"), name: "example.com/harness", isClient: false }),
    lines: "go/main.go",
    known: undefined,
  },
  {
    name: "Rust",
    missing: inject("rustMissing"),
    build: () => buildRust(join(harness, "rust")),
    lines: "rust/src/main.rs",
    known: "known-rust.yaml",
  },
  {
    name: "Java",
    missing: inject("javaMissing"),
    build: () => buildJava(join(harness, "java")),
    lines: "java/src/main/java/Harness.java",
    known: "known-java.yaml",
  },
] as const;

describe.each(others)("the codec of $name", ({ missing, build, lines, known }) => {
  test("plays its role", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const program = await build();
    try {
      const report = await play("codec", program, { known });
      expect(redIn(report)).toEqual([]);
      expect(passedIn(report)).toBeGreaterThanOrEqual(4_400);
    } finally {
      program.remove();
    }
  }, 300_000);

  test("has a harness of at most 60 lines", () => {
    expect(readFileSync(join(harness, lines), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(60);
  });
});

test("the page for those who write a harness names all that the lines can say", () => {
  const page = readFileSync("conformance/HARNESS.md", "utf8");
  // What the schema of the lines is made of, as far as it is looked at.
  const { $defs } = JSON.parse(readFileSync("conformance/control/control.schema.json", "utf8")) as ControlSchema;
  const { roles, features } = $defs.reply.properties.hello.properties;
  const words: readonly string[] = [
    ...Object.keys($defs.command.properties),
    ...Object.keys($defs.reply.properties),
    ...roles.items.enum,
    ...features.items.enum,
  ];
  expect(words.length).toBeGreaterThan(40);
  expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
});

test("the runner shares no code with the SDK", () => {
  const files = readdirSync("conformance", { recursive: true, encoding: "utf8" });
  const own = files.filter((file) => file.endsWith(".ts") && !/\.test\.ts$|^harness\//.test(file));
  const sharing = own.filter((file) =>
    /from "[^"]*(?:\/src\/|\/gen\/|cosmonapse)/.test(readFileSync(join("conformance", file), "utf8")),
  );
  expect(own.length).toBeGreaterThan(40);
  expect(sharing).toEqual([]);
});
