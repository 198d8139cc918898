import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the runner shares no code with the SDK", () => {
  const files = readdirSync("conformance", { recursive: true, encoding: "utf8" });
  const own = files.filter((file) => file.endsWith(".ts") && !/\.test\.ts$|^harness\//.test(file));
  const sharing = own.filter((file) =>
    /from "[^"]*(?:\/src\/|\/gen\/|cosmonapse)/.test(readFileSync(join("conformance", file), "utf8")),
  );
  expect(own.length).toBeGreaterThan(40);
  expect(sharing).toEqual([]);
});
