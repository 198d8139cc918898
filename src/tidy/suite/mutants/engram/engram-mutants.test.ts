import { join } from "node:path";
import { beforeEach, describe, expect, inject, test } from "vitest";
import type { OpenEngram } from "../../../../testing/index.js";
import type { Mutant } from "../mutation.js";
import { buildEngrams, type BuiltEngrams } from "./build-engrams.js";
import { deciding } from "./deciding.js";
import { storingInPostgres, storingInSqlite } from "./storing.js";
import { Twin } from "./twin.js";

const dsn = inject("postgresDsn");
const timeout = 120_000;

/** What every Engram that does anything can do: a mutant that cannot would be caught for no reason. */
const vital = "Opening again names the same store";

/** What two hosts of the same entries must keep together. Others look at the order of calls, which only one host has. */
const forTwins = [
  "Of 100 adds at once one inserts and 99 are refused",
  "200 increments under if_version by 10 writers lose none",
  "200 appends at once are numbered without a hole",
  "50 repeats of one imprint at once have one effect",
];

let opened = 0;

/** How a build opens an empty Engram of each backend. */
const openers: Readonly<Record<string, (built: BuiltEngrams) => OpenEngram>> = {
  "the memory of a process":
    ({ build }) =>
    async (clock) =>
      new build.InMemoryEngram({ engramId: "ctx", engramKind: "context", clock }),
  SQLite:
    ({ build, folder }) =>
    async (clock) => {
      opened += 1;
      const path = join(folder, `${opened}.db`);
      return new build.SqliteEngram({ engramId: "ctx", engramKind: "context", clock, path });
    },
  PostgreSQL:
    ({ build }) =>
    async (clock) => {
      opened += 1;
      const schema = `mutant_${process.pid}_${opened}`;
      return new build.PostgresEngram({ engramId: "ctx", engramKind: "context", clock, dsn, schema });
    },
  "PostgreSQL with two hosts":
    ({ build }) =>
    async (clock) => {
      opened += 1;
      const options = { engramId: "ctx", engramKind: "context", clock, dsn, schema: `mutant_${process.pid}_${opened}` };
      return new Twin(new build.PostgresEngram(options), new build.PostgresEngram(options));
    },
};

function openerOf(backend: string, built: BuiltEngrams): OpenEngram {
  const opener = openers[backend];
  if (opener === undefined) return expect.unreachable(`nothing opens ${backend}`);
  return opener(built);
}

/** The first case that does not hold, of those that a condition picks; undefined: all hold. */
async function firstFailure(
  built: BuiltEngrams,
  backend: string,
  picks: (one: BuiltEngrams["build"]["engramBattery"][number]) => boolean,
): Promise<string | undefined> {
  const open = openerOf(backend, built);
  for (const one of built.build.engramBattery.filter(picks)) {
    const findings = await one.run(open).catch((thrown: unknown) => [String(thrown)]);
    if (findings.length > 0) return `${one.name}: ${findings.join("; ")}`;
  }
  return undefined;
}

const isTwin = ({ name }: Mutant): boolean => name.includes("two hosts");
const played: readonly (readonly [backend: string, mutants: readonly Mutant[]])[] = [
  ["the memory of a process", deciding],
  ["SQLite", storingInSqlite],
  ["PostgreSQL", storingInPostgres.filter((mutant) => !isTwin(mutant))],
  ["PostgreSQL with two hosts", storingInPostgres.filter(isTwin)],
];

beforeEach(({ task, skip }) => {
  if (dsn === "" && task.name.includes("PostgreSQL")) skip(inject("postgresMissing"));
});

describe("The battery catches", { timeout }, () => {
  const rows = played.flatMap(([backend, mutants]) =>
    mutants.map((mutant) => [backend, mutant.name, mutant.violates, mutant] as const),
  );
  test.each(rows)("an Engram on %s that %s (%s)", async (backend, _name, id, mutant) => {
    const built = await buildEngrams(mutant);
    try {
      const isPlayed = isTwin(mutant) ? ({ name }: { name: string }) => forTwins.includes(name) : () => true;
      const failure = await firstFailure(built, backend, (one) => one.requirements.includes(id) && isPlayed(one));

      expect(failure).toBeDefined();
      expect(await firstFailure(built, backend, ({ name }) => name === vital)).toBeUndefined();
    } finally {
      built.remove();
    }
  });
});

test.each(Object.keys(openers))("A build without a change keeps the same cases on %s", { timeout }, async (backend) => {
  const built = await buildEngrams();
  try {
    const group = backend === "the memory of a process" ? /./ : /^(?:forget|text)$/;
    const isPlayed = (one: { name: string; group: string }): boolean =>
      backend.includes("two") ? forTwins.includes(one.name) : group.test(one.group);

    expect(await firstFailure(built, backend, isPlayed)).toBeUndefined();
  } finally {
    built.remove();
  }
});

test("Each mutant of a backend has a name of its own", () => {
  const names = played.flatMap(([backend, mutants]) => mutants.map(({ name }) => `${backend}: ${name}`));

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.length).toBeGreaterThan(40);
});
