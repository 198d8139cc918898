import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import type * as memory from "../../../../engram/memory/index.js";
import type * as postgres from "../../../../engram/postgres/index.js";
import type * as sqlite from "../../../../engram/sqlite/index.js";
import type * as testing from "../../../../testing/index.js";
import { mutate, type Mutant } from "../mutation.js";

/** A battery and the Engrams that it plays on, of one build. */
export interface EngramBuild {
  readonly engramBattery: (typeof testing)["engramBattery"];
  readonly InMemoryEngram: (typeof memory)["InMemoryEngram"];
  readonly SqliteEngram: (typeof sqlite)["SqliteEngram"];
  readonly PostgresEngram: (typeof postgres)["PostgresEngram"];
}

/** A build in a folder of its own. */
export interface BuiltEngrams {
  readonly build: EngramBuild;
  /** A new folder's worth of files may be made here. */
  readonly folder: string;
  /** Removes the folder. */
  readonly remove: () => void;
}

const entry = "\0engrams";
const files = [
  "testing/engram/index.ts",
  "engram/memory/index.ts",
  "engram/sqlite/index.ts",
  "engram/postgres/index.ts",
];
const entryText = files.map((file) => `export * from ${JSON.stringify(resolve("src", file))};`).join("\n");
const packages = new Set(["better-sqlite3", "pg"]);
const { resolve: resolvePackage } = createRequire(import.meta.url);

/**
 * Builds the battery and the three Engrams with one change, and loads them beside all others. The thread of SQLite runs
 * a file, which the package's `imports` names: both stand in a folder of their own.
 */
export async function buildEngrams(mutant?: Mutant): Promise<BuiltEngrams> {
  const changed = mutant === undefined ? undefined : resolve("src", mutant.file);
  const bundle = await rolldown({
    input: { engrams: entry, worker: resolve("src/engram/sqlite/worker.ts") },
    external: /^node:/,
    logLevel: "silent",
    // `using` is not known to every Node that runs this.
    transform: { target: "es2022" },
    plugins: [
      {
        name: "mutate",
        resolveId(id) {
          if (packages.has(id)) return { id: pathToFileURL(resolvePackage(id)).href, external: true };
          return id === entry ? id : undefined;
        },
        load(id) {
          if (id === entry) return entryText;
          if (id !== changed || mutant === undefined) return undefined;
          return { code: mutate(readFileSync(id, "utf8"), mutant), moduleType: "ts" };
        },
      },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-mutant-"));
  await bundle.write({ dir: folder, format: "esm" });
  await bundle.close();
  const description = { type: "module", imports: { "#sqlite-worker": "./worker.js" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(description));
  const build: EngramBuild = await import(/* @vite-ignore */ pathToFileURL(join(folder, "engrams.js")).href);
  return { build, folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
