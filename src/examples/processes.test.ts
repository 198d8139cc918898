import { beforeAll, expect, test } from "vitest";
import { prepare, runBuilt } from "./run-built.js";

beforeAll(prepare, 120_000);

test("the main job as three processes prints what it prints in one", { timeout: 30_000 }, () => {
  const stdout =
    "[first call ] computed  →  Answer to 'what is a Synapse?': 42\n" +
    "[second call]    cache  →  Answer to 'what is a Synapse?': 42\n";
  expect(runBuilt("processes.js", ["what is a Synapse?"])).toEqual({ status: 0, stdout, stderr: "" });
});

test.each([
  ["an address that is none", ["worker", "http://127.0.0.1"], "[INVALID_ARGUMENT] 'http://127.0.0.1' is no address of"],
  ["an unknown role", ["boss", "memory://"], "[INVALID_ARGUMENT] there is no role 'boss'; there are host, worker"],
])("a process of it says in one line what is wrong: %s", (_, args, message) => {
  const { status, stdout, stderr } = runBuilt("role.js", args);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(message);
});
