import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Engram } from "../../engram/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { PostgresEngram } from "../../engram/postgres/index.js";
import { SqliteEngram } from "../../engram/sqlite/index.js";
import { FakeClock } from "../fake-clock.js";
import { runPaging } from "./paging.js";
import { runProgram, type ProgramStage } from "./program.js";

const dsn = inject("postgresDsn");
beforeEach(({ skip }) => {
  if (dsn === "") skip(inject("postgresMissing"));
});

/** `npm run test:long` plays five times as many. */
const times = process.env["COSMO_LONG"] === "1" ? 5 : 1;
const timeout = times * 600_000;

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-agreement-"));

interface Lane {
  readonly engrams: readonly Engram[];
  readonly clock: FakeClock;
}

function openLane(number: number): Lane {
  const clock = new FakeClock();
  const options = { engramId: "ctx", engramKind: "context", clock };
  const path = join(folder, `${number}.db`);
  const schema = `agreement_${process.pid}_${number}`;
  const address = dsn === "" ? "postgresql://nowhere" : dsn;
  const postgres = new PostgresEngram({ ...options, dsn: address, schema });
  return { clock, engrams: [new InMemoryEngram(options), new SqliteEngram({ ...options, path }), postgres] };
}

/** Programs that run beside each other, each on Engrams of its own: what waits for a disk leaves time for another. */
const lanes = [1, 2, 3, 4].map(openLane);

afterAll(async () => {
  await Promise.all(lanes.flatMap(({ engrams }) => engrams.map((engram) => engram.close())));
  rmSync(folder, { recursive: true });
});

let namespaces = 0;
function nextStage(lane: Lane): ProgramStage {
  namespaces += 1;
  return { ...lane, namespace: `program-${namespaces}` };
}

/** Plays so many programs on every Engram, several at once. What fails first is made smaller, with its seed and path. */
async function expectAgreement(
  play: (stage: ProgramStage, numbers: readonly number[]) => Promise<readonly string[]>,
  options: { readonly programs: number; readonly minLength: number; readonly maxLength: number },
): Promise<void> {
  const { programs, minLength, maxLength } = options;
  const numbers = fc.array(fc.nat(1_000_000), { minLength, maxLength, size: "max" });
  const property = fc.asyncProperty(fc.tuple(...lanes.map(() => numbers)), async (drawn) => {
    const findings = await Promise.all(lanes.map((lane, index) => play(nextStage(lane), drawn[index] ?? [])));
    expect(findings.flat()).toEqual([]);
  });
  await fc.assert(property, { numRuns: Math.ceil((times * programs) / lanes.length) });
}

describe("Memory, SQLite and PostgreSQL", { timeout }, () => {
  test("answer random programs as the model does, byte for byte alike", async () => {
    await expectAgreement(runProgram, { programs: 2_000, minLength: 100, maxLength: 700 });
  });

  test("forget the same, and are the same after it", async () => {
    await expectAgreement((stage, numbers) => runProgram({ ...stage, forgets: true }, numbers), {
      programs: 60,
      minLength: 200,
      maxLength: 900,
    });
  });

  test("show every entry that stays as it was exactly once over the pages", async () => {
    const play = async (
      { engrams, ...stage }: ProgramStage,
      numbers: readonly number[],
    ): Promise<readonly string[]> => {
      const findings = await Promise.all(engrams.map((engram) => runPaging({ engram, ...stage }, numbers)));
      return findings.flat();
    };
    await expectAgreement(play, { programs: 100, minLength: 60, maxLength: 200 });
  });
});
