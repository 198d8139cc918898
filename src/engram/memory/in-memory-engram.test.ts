import { describe, expect, test } from "vitest";
import { engramBattery } from "../../testing/engram/index.js";
import { InMemoryEngram } from "./index.js";

describe("InMemoryEngram keeps the battery", () => {
  test.each(engramBattery)("$group: $name", async ({ run }) => {
    const findings = await run(async (clock) => new InMemoryEngram({ engramId: "ctx", engramKind: "context", clock }));

    expect(findings).toEqual([]);
  });
});
