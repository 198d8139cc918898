import { expect, test } from "vitest";
import { HarnessPool } from "../control/harness-pool.js";
import { harnessTargets } from "./harness-targets.js";

/** A harness that answers its first `listen` never, and each other one at once. */
const slowAtFirst = `
let asked = 0;
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { seq, hello, listen, stop } = JSON.parse(line);
  const say = (reply) => process.stdout.write(JSON.stringify({ seq, ...reply }) + "\\n");
  const own = { control: "1", name: "slow", version: "1", language: "any", roles: ["synapse"], features: [] };
  if (hello) say({ hello: own });
  if (listen && ++asked > 1) say({ listening: { address: "127.0.0.1:" + asked } });
  if (stop) { say({ done: {} }); process.exit(0); }
});`;

test("a Synapse that was not there in time hangs, and is asked for again", async () => {
  const pool = new HarnessPool({ program: process.execPath, args: ["-e", slowAtFirst] }, 2_000);
  try {
    const { listen } = harnessTargets(pool);
    await expect(listen({ limits: {} })).rejects.toMatchObject({ verdict: "hung" });
    expect(await listen({ limits: {} })).toBe("127.0.0.1:2");
    expect(await listen({ limits: {} })).toBe("127.0.0.1:2");
  } finally {
    await pool.stop();
  }
}, 30_000);
