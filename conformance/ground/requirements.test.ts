import { describe, expect, test } from "vitest";
import { joinRequirements } from "./requirements.js";

const page = [
  "# Page",
  "- **COS-ENV-001** It MUST be.",
  "- **COS-ENV-002** It SHOULD NOT be.",
  "- **COS-ENV-003** It MAY be.",
].join("\n");
const row = { roles: ["codec"] };
const rows = { "COS-ENV-001": { ...row, profile: "core" }, "COS-ENV-002": row, "COS-ENV-003": row };

describe("the table of requirements", () => {
  test("has the level and the line of the specification, and full as its standard profile", () => {
    const read = joinRequirements(page, rows);
    expect(read.map(({ id, level, line, profile }) => [id, level, line, profile])).toEqual([
      ["COS-ENV-001", "MUST", 2, "core"],
      ["COS-ENV-002", "SHOULD NOT", 3, "full"],
      ["COS-ENV-003", "MAY", 4, "full"],
    ]);
  });

  test.each([
    ["lacks an id", { "COS-ENV-001": row }, /COS-ENV-002 is missing, and the specification has it/],
    ["has one too many", { ...rows, "COS-ENV-009": row }, /COS-ENV-009 is not in the specification/],
    ["names no role", { ...rows, "COS-ENV-001": { roles: [] } }, /COS-ENV-001/],
    ["names a profile that there is not", { ...rows, "COS-ENV-001": { ...row, profile: "small" } }, /profile/],
  ])("that %s is refused", (_, table, said) => {
    expect(() => joinRequirements(page, table)).toThrow(said);
  });
});
