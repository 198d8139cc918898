import { describe, expect, test } from "vitest";
import { checkRepository, findUnknownCitations, parseSpecification } from "./requirements.mjs";

const page = (...lines: string[]): string => ["## The header (COS-ENV)", "", ...lines].join("\n");
const kindsOf = (...lines: string[]): string[] => parseSpecification(page(...lines)).findings.map(({ kind }) => kind);

describe("the specification", () => {
  const { requirements, findings } = checkRepository();

  test("has an id for every normative sentence, and nothing cites one that does not exist", () => {
    expect(findings.map(({ where, what }) => `${where} ${what}`)).toEqual([]);
  });

  test("has 300 requirements or more", () => {
    expect(requirements.length).toBeGreaterThanOrEqual(300);
  });
});

describe("the reader of requirements", () => {
  test("reads the id, the line and the sentence", () => {
    const { requirements, findings } = parseSpecification(page("- **COS-ENV-001** A Signal MUST have an id."));
    expect(requirements).toEqual([{ id: "COS-ENV-001", line: 3, sentence: "A Signal MUST have an id." }]);
    expect(findings).toEqual([]);
  });

  test("names the line of a finding", () => {
    expect(parseSpecification(page("fine", "It MUST be.")).findings[0]?.where).toBe("proto/README.md:4");
  });

  test.each(["A peer MUST do it.", "- A peer MUST NOT do it.", "A peer SHOULD do it.", "It MAY do it.", "| MUST |"])(
    "finds a normative sentence without an id: %s",
    (line) => {
      expect(kindsOf(line)).toEqual(["no-id"]);
    },
  );

  test("leaves code, fences and small letters alone", () => {
    expect(kindsOf("`MUST` is a word, and must is another.", "```", "A peer MUST do it.", "```")).toEqual([]);
  });

  test("goes on after the end of a fence", () => {
    expect(kindsOf("```", "```", "A peer MUST do it.")).toEqual(["no-id"]);
  });

  test("finds an id that is used twice", () => {
    expect(kindsOf("- **COS-ENV-001** It MUST be.", "- **COS-ENV-001** It MUST not be.")).toEqual(["twice"]);
  });

  test.each([
    "- **COS-ENV-1** It MUST be.",
    "- **COS-env-001** It MUST be.",
    "- **cos-ENV-001** It MUST be.",
    "- **COS-ENV-0001** It MUST be.",
    "* **COS-ENV-001** It MUST be.",
    "**COS-ENV-001** It MUST be.",
    "- **COS-ENV-001** ",
  ])("finds an id out of form: %s", (line) => {
    expect(kindsOf(line)).toEqual(["form"]);
  });

  test("finds an id in the section of another area", () => {
    expect(kindsOf("- **COS-TASK-001** It MUST be.")).toEqual(["section"]);
  });

  test("finds an id before a sentence that asks for nothing", () => {
    expect(kindsOf("- **COS-ENV-001** It is.")).toEqual(["not-normative"]);
  });

  test("finds two sentences behind one id", () => {
    expect(kindsOf("- **COS-ENV-001** It MUST be, and it SHOULD shine.")).toEqual(["not-one"]);
  });
});

describe("the reader of citations", () => {
  const { requirements } = parseSpecification(page("- **COS-ENV-001** It MUST be."));

  test("knows the ids and the areas of the specification", () => {
    expect(findUnknownCitations(requirements, "a.ts", "// COS-ENV-001, and all of COS-ENV.")).toEqual([]);
  });

  test.each(["COS-ENV-002", "COS-ENV-1", "COS-TASK"])("finds a citation of %s, which does not exist", (cited) => {
    expect(findUnknownCitations(requirements, "a.ts", `\n// keeps ${cited}`)).toEqual([
      { kind: "unknown", where: "a.ts:2", what: `${cited} is not in proto/README.md` },
    ]);
  });
});
