import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { SynapseServer } from "../../synapse/grpc/index.js";
import { runCosmo, startCosmo, type CosmoProcess, parsed } from "../../testing/console/index.js";

const slowMs = 60_000;

let folder: string;
let server: SynapseServer;
let url: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-cli-"));
  server = new SynapseServer({ port: 0 });
  url = (await server.start()).url;
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const bus = (): readonly string[] => ["--url", url, "-n", "demo"];
const serve = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): CosmoProcess =>
  startCosmo(["engram", "serve", ...argv, "--engram-id", "ctx", ...bus()], env);
const recall = async (): Promise<unknown[]> => {
  const { stdout } = await runCosmo(["engram", "recall", "--engram", "ctx", ...bus(), "-o", "json"]);
  return parsed<{ hits: { content: unknown }[] }>(stdout).hits.map(({ content }) => content);
};
const imprint = (entry: string) =>
  runCosmo(["engram", "imprint", "--engram", "ctx", ...bus(), "--op", "add", "--entry", entry]);

describe("cosmo engram serve", () => {
  test(
    "hosts memory until SIGTERM, says so on stdout and in the ready file, and ends with 0",
    async () => {
      const ready = join(folder, "ready.json");
      await using host = serve(["memory", "--kind", "notes", "--ready-file", ready, "-o", "json"]);
      await host.says(/\n/);
      const facts = JSON.parse(host.stdout);
      expect(facts).toEqual({
        engram_id: "ctx",
        kind: "notes",
        namespace: "demo",
        url,
        store: "memory",
        store_id: expect.stringMatching(/^mem_/),
        durability: "memory",
        pid: host.pid,
      });
      expect(JSON.parse(readFileSync(ready, "utf8"))).toEqual(facts);
      expect((await imprint('{"a":1}')).exit).toBe(0);
      expect(await recall()).toEqual([{ a: 1 }]);
      host.signal("SIGTERM");
      const { exit, stderr } = await host.ended();
      expect([exit, stderr]).toEqual([0, "cosmo: ctx is draining; a second Ctrl-C ends at once\n"]);
      expect(existsSync(ready)).toBe(false);
    },
    slowMs,
  );

  test(
    "keeps in a file what it acknowledged before kill -9, and ends with 130 on Ctrl-C",
    async () => {
      const path = join(folder, "a.db");
      await using first = serve(["sqlite", "--path", path]);
      await first.says(/acknowledged means on disk/);
      expect((await imprint('{"a":1}')).exit).toBe(0);
      first.signal("SIGKILL");
      await first.ended();

      await using second = serve(["sqlite"], { COSMO_ENGRAM_PATH: path });
      await second.says(/Ctrl-C/);
      expect(await recall()).toEqual([{ a: 1 }]);
      second.signal("SIGINT");
      expect((await second.ended()).exit).toBe(130);
    },
    slowMs,
  );

  test(
    "hosts a database, whose password is nowhere in what it says",
    async ({ skip }) => {
      const given = inject("postgresDsn");
      if (given === "") skip(inject("postgresMissing"));
      const dsn = new URL(given);
      dsn.password = "s3cret";
      const schema = `cli_serve_${process.pid}`;
      await using host = serve(["postgres", "--schema", schema, "-o", "json"], { COSMO_DSN: dsn.href });
      await host.says(/\n/);
      expect(JSON.parse(host.stdout)).toMatchObject({ engram_id: "ctx", durability: expect.stringMatching(/disk|os/) });
      expect((await imprint('{"a":1}')).exit).toBe(0);
      expect(await recall()).toEqual([{ a: 1 }]);
      host.signal("SIGTERM");
      const { exit, stdout, stderr } = await host.ended();
      expect(exit).toBe(0);
      expect(stdout + stderr).not.toContain("s3cret");
    },
    slowMs,
  );

  test(
    "ends with what the Synapse says if another session cannot help: a token that is withdrawn",
    async () => {
      const sha256 = createHash("sha256").update("mine").digest("hex");
      const file = join(folder, "tokens.json");
      const entry = { principal: "me", sha256, namespaces: ["*"], rights: ["PARTICIPATE", "OBSERVE"] };
      writeFileSync(file, JSON.stringify([entry]));
      await using guarded = new SynapseServer({ port: 0, tokens: { file } });
      const { url: guardedUrl } = await guarded.start();
      const argv = ["engram", "serve", "memory", "--url", guardedUrl, "-n", "demo"];
      await using host = startCosmo(argv, { COSMO_TOKEN: "mine" });
      await host.says(/Ctrl-C/);
      writeFileSync(file, JSON.stringify([{ ...entry, sha256: createHash("sha256").update("other").digest("hex") }]));
      const { exit, stderr } = await host.ended();
      expect([exit, stderr]).toEqual([3, expect.stringMatching(/\[UNAUTHENTICATED\]/)]);
    },
    slowMs,
  );

  test(
    "names a driver that is not installed, with the two ways out",
    () => {
      const main = copyWithoutDrivers(folder);
      for (const [argv, name] of [
        [["sqlite", "--path", join(folder, "x.db")], "better-sqlite3"],
        [["postgres", "--dsn", "postgresql://me:s3cret@127.0.0.1:1/x"], "pg"],
      ] as const) {
        const run = spawnSync(process.execPath, [main, "engram", "serve", ...argv, ...bus()], { encoding: "utf8" });
        expect([run.status, run.stdout, run.stderr.trim().split("\n").length]).toEqual([1, "", 1]);
        expect(run.stderr).toContain(`the package ${name} is not installed here`);
        expect(run.stderr).toMatch(new RegExp(`npm install ${name}.*cosmo engram serve memory`));
      }
    },
    slowMs,
  );
});

/** The built package beside every package but the drivers; the path of its command. */
function copyWithoutDrivers(into: string): string {
  const packages = join(into, "node_modules");
  mkdirSync(packages);
  for (const name of readdirSync("node_modules")) {
    if (name === "better-sqlite3" || name === "pg" || name.startsWith(".")) continue;
    symlinkSync(resolve("node_modules", name), join(packages, name));
  }
  cpSync("dist", join(into, "dist"), { recursive: true });
  cpSync("package.json", join(into, "package.json"));
  return join(into, "dist/src/cli/main.js");
}

describe("what cannot be served is one clear line", () => {
  const refused = async (...argv: readonly string[]): Promise<readonly [number, string]> => {
    const { exit, stdout, stderr } = await runCosmo(["engram", "serve", ...argv, "--url", url, "-n", "demo"]);
    expect([stdout, stderr.trim().split("\n").length]).toEqual(["", 1]);
    return [exit, stderr];
  };

  test.each([
    [["memory", "--engram-id", "no name"], 2, /--engram-id: "no name" is no name/],
    [["memory", "--kind", ""], 2, /--kind: "" is no name/],
    [["sqlite", "--path", "/proc/nope/x.db"], 1, /\/proc\/nope\/x.db: .*directory does not exist/],
    [["sqlite", "--path", "/proc/version"], 1, /\/proc\/version: /],
    [["sqlite", "--path", ":memory:"], 2, /path is the name of a file/],
    [["postgres"], 2, /--dsn: there is none.*COSMO_DSN/],
    [["postgres", "--dsn", "mysql://me:s3cret@x"], 2, /--dsn: it is no URL of the form postgresql/],
    [["postgres", "--dsn", "postgresql://me:s3cret@127.0.0.1:1/x"], 1, /ECONNREFUSED.*check the host and the port/],
    [["memory", "--ready-file", "/proc/nope/ready"], 2, /--ready-file: .*\/proc\/nope/],
    [["memory", "--max", "1"], 2, /unknown option '--max'/],
    [["redis"], 2, /unknown command|too many arguments/],
  ])(
    "%j",
    async (argv, code, pattern) => {
      const [exit, stderr] = await refused(...argv);
      expect([exit, stderr]).toEqual([code, expect.stringMatching(pattern)]);
      expect(stderr).not.toContain("s3cret");
    },
    slowMs,
  );

  test(
    "an id that is taken by another store",
    async () => {
      await using host = serve(["memory"]);
      await host.says(/Ctrl-C/);
      const [exit, stderr] = await refused("memory", "--engram-id", "ctx");
      expect([exit, stderr]).toEqual([
        7,
        expect.stringMatching(/--engram-id: 'ctx' is taken in demo: .*Give another id/),
      ]);
    },
    slowMs,
  );
});
