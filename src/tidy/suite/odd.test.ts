import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { passedIn, play, redIn } from "./play-role.js";

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
