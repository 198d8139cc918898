import { describe, expect, test } from "vitest";
import { runCosmo } from "../../testing/console/index.js";

const closed = ["engram", "recall", "--engram", "ctx", "--connect-timeout", "50ms"];

describe("the environment of a command", () => {
  test("is that of its terminal: a flag before it, a default after it", async () => {
    const env = { COSMO_URL: "cosmo://127.0.0.1:1", COSMO_OUTPUT: "json" };
    expect((await runCosmo(closed, { env })).stderr).toMatch(
      /^\{"error".*No Synapse answers at cosmo:\/\/127.0.0.1:1 /,
    );
    const flag = [...closed, "--url", "cosmo://127.0.0.1:2", "-o", "text"];
    expect((await runCosmo(flag, { env })).stderr).toMatch(
      /^\[UNAVAILABLE\].*No Synapse answers at cosmo:\/\/127.0.0.1:2 /,
    );
  });

  test("is read like flags: a wrong value is usage", async () => {
    const { exit, stderr } = await runCosmo(["engram", "recall", "--engram", "x"], { env: { COSMO_COLOR: "pink" } });
    expect([exit, stderr]).toEqual([2, expect.stringContaining("COSMO_COLOR")]);
  });
});
