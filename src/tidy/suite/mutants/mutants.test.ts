import { describe, expect, test } from "vitest";
import { createDeferred, nextTurn } from "../../../foundation/index.js";
import { arriving } from "./arriving.js";
import { closing } from "./closing.js";
import { build, type Build, type Mutant } from "./mutation.js";
import { routing } from "./routing.js";
import { showing } from "./showing.js";
import { working } from "./working.js";

const mutants: readonly Mutant[] = [...arriving, ...working, ...routing, ...closing, ...showing];

/** What every Synapse that does anything can do: a mutant that cannot would be caught for no reason. */
const vital = "lets several sessions have the same dendrite id";

/** How many turns of the event loop a case may take. A case that waits for what does not come takes them all. */
const turnsMax = 400;

/** What went wrong in a case; undefined: nothing. */
async function play({ FakeClock, MemorySynapse, runSynapseCase, synapseCases }: Build, name: string) {
  const one = synapseCases.find((each) => each.name === name);
  if (one === undefined) return expect.unreachable(`no case is called '${name}'`);
  const tooLong = createDeferred<string>();
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (isOver) return;
    if (turns > turnsMax) tooLong.resolve("it hangs");
    else nextTurn(count);
  };
  nextTurn(count);
  const open = (options: ConstructorParameters<typeof MemorySynapse>[0]) => Promise.resolve(new MemorySynapse(options));
  const played = runSynapseCase(one, { open }, new FakeClock()).then(
    () => undefined,
    (thrown: unknown) => String(thrown),
  );
  const result = await Promise.race([played, tooLong.promise]);
  isOver = true;
  return result;
}

async function failuresOf(built: Build, names: readonly string[]): Promise<string[]> {
  const failures: string[] = [];
  for (const name of names) {
    const what = await play(built, name);
    if (what !== undefined) failures.push(`${name}: ${what}`);
  }
  return failures;
}

describe("The battery catches a Synapse that", () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant.violates, mutant] as const))(
    "%s (%s)",
    async (_, id, mutant) => {
      const built = await build(mutant);
      const names = built.synapseCases.filter(({ requirements }) => requirements.includes(id)).map(({ name }) => name);

      expect(await failuresOf(built, names)).not.toEqual([]);
      expect(await failuresOf(built, [vital])).toEqual([]);
    },
  );
});

test("a build without a change keeps the whole battery", async () => {
  const built = await build();

  expect(
    await failuresOf(
      built,
      built.synapseCases.map(({ name }) => name),
    ),
  ).toEqual([]);
});

test("a change that changes nothing is caught by nothing", async () => {
  const [nothing] = arriving.filter(({ name }) => name === "forgets what it accepted");
  const built = await build(nothing && { ...nothing, replace: nothing.find });

  expect(
    await failuresOf(
      built,
      built.synapseCases.map(({ name }) => name),
    ),
  ).toEqual([]);
});

test("what a mutant changes must stand in its file once", async () => {
  const gone: Mutant = {
    name: "gone",
    file: "synapse/hub/hub.ts",
    find: "a text that stands nowhere",
    replace: "",
    violates: "",
  };

  await expect(build(gone)).rejects.toThrow("stands 0 times");
});

test("each mutant has a name of its own", () => {
  const names = mutants.map(({ name }) => name);

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.length).toBeGreaterThan(150);
});
