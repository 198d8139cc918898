import { describe, expect, test } from "vitest";
import { CosmoError } from "../../errors/index.js";
import { createPostgresExplainer, showDsn } from "./stores.js";

describe("a password", () => {
  test.each([
    ["postgresql://me:s3cret@db:5432/app", "it said s3cret"],
    ["postgresql://me:s3cret%21@db/app", "it said s3cret! and s3cret%21"],
    ["postgresql://me@db/app?password=s3cret", "it said s3cret"],
    ["postgresql://me:s3cret@db/app", "no way to postgresql://me:s3cret@db/app"],
  ])("of %s is neither in the name of the store nor in what went wrong", (dsn, said) => {
    expect(showDsn(dsn)).not.toContain("s3cret");
    for (const thrown of [new Error(said), new CosmoError("ENGRAM_FAILED", said)]) {
      const error = createPostgresExplainer(dsn)(thrown);
      expect([error.code, error.message]).toEqual(["ENGRAM_FAILED", expect.stringContaining("***")]);
      expect(error.message).not.toContain("s3cret");
    }
  });

  test("that is not there hides nothing", () => {
    const error = new CosmoError("ENGRAM_FAILED", "no server");
    expect(createPostgresExplainer("postgresql://me@db/app")(error)).toBe(error);
  });
});
