import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lock } from "./lock.mjs";
import { isInstalled } from "./prepare.mjs";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-prepare-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("packages are installed", () => {
  const one = { version: "1.0.0", integrity: "sha512-a" };

  /** What is found where the lock file lists two packages, the second for another platform. */
  function found(packages: object): boolean {
    const [lockFile, record] = [join(folder, "lock.json"), join(folder, "record.json")];
    const listed = { "": {}, "node_modules/one": one, "node_modules/two": { ...one, optional: true } };
    writeFileSync(lockFile, JSON.stringify({ packages: listed }));
    writeFileSync(record, JSON.stringify({ packages }));
    return isInstalled(lockFile, record);
  }

  test("if each that this platform needs is there", () => {
    expect(found({ "node_modules/one": one })).toBe(true);
  });

  test.each([
    ["one is missing", {}],
    ["one has another version", { "node_modules/one": { ...one, version: "1.0.1" } }],
    ["one has another content", { "node_modules/one": { ...one, integrity: "sha512-b" } }],
    [
      "an optional one has another version",
      { "node_modules/one": one, "node_modules/two": { ...one, version: "2.0.0" } },
    ],
  ])("but not if %s", (_, packages) => {
    expect(found(packages)).toBe(false);
  });

  test("but not if npm has left no record", () => {
    expect(isInstalled("package-lock.json", join(folder, "record.json"))).toBe(false);
  });
});

describe("the lock", () => {
  const say = (): void => undefined;

  test("is gone once it is released", () => {
    const path = join(folder, "lock");
    const release = lock(path, say);
    expect(readFileSync(join(path, "pid"), "utf8")).toBe(`${process.pid}`);
    release();
    expect(existsSync(path)).toBe(false);
  });

  test("of a process that is dead is taken over", async () => {
    const path = join(folder, "lock");
    const dead = spawn(process.execPath, ["--eval", ""]);
    await once(dead, "exit");
    mkdirSync(path);
    writeFileSync(join(path, "pid"), `${dead.pid}`);
    const release = lock(path, say);
    expect(readFileSync(join(path, "pid"), "utf8")).toBe(`${process.pid}`);
    release();
  });

  test("is held by one process at a time", async () => {
    const module = pathToFileURL(resolve("src/tidy/lock.mjs")).href;
    // A counter that is read and written apart loses counts unless the lock keeps the others out.
    const program = `
      import { lock } from "${module}";
      import { existsSync, readFileSync, writeFileSync } from "node:fs";
      for (let round = 0; round < 20; round += 1) {
        const release = lock("lock", () => {});
        const count = existsSync("count") ? Number(readFileSync("count", "utf8")) : 0;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        writeFileSync("count", String(count + 1));
        release();
      }`;
    const args = ["--input-type=module", "--eval", program];
    const exits = [1, 2, 3].map(() => once(spawn(process.execPath, args, { cwd: folder }), "exit"));
    expect((await Promise.all(exits)).map(([status]) => status)).toEqual([0, 0, 0]);
    expect(readFileSync(join(folder, "count"), "utf8")).toBe("60");
  });
});
