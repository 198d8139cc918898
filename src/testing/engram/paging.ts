import type { Engram } from "../../engram/index.js";
import type { FakeClock } from "../fake-clock.js";
import { createCall, createImprint, createRecall } from "./fixtures.js";
import { Draw } from "./draw.js";

/** Where pages are gone through. */
export interface PagingStage {
  /** An Engram whose time the clock decides. */
  readonly engram: Engram;
  /** Its clock. */
  readonly clock: FakeClock;
  /** A namespace that is still empty. */
  readonly namespace: string;
}

/**
 * Goes through the pages of a query while entries change in between: those that stay as they were must come exactly
 * once, in order, any other at most once, and no new one. What does not hold, in words. (COS-RCL-019)
 */
export async function runPaging(stage: PagingStage, numbers: readonly number[]): Promise<readonly string[]> {
  const { engram, clock, namespace } = stage;
  await engram.open(namespace);
  const draw = new Draw(numbers);
  let imprints = 0;
  const change = async (key: string): Promise<void> => {
    imprints += 1;
    const text = draw.pick(["a", "a b", "a b c", "a b c d"]) ?? "a";
    const body = draw.once(4)
      ? createImprint("DELETE", "{}", { mergeKey: key })
      : createImprint("UPSERT", JSON.stringify({ t: text }), { mergeKey: key });
    await engram.imprint(body, createCall({ namespace, signalId: `imprint-${imprints}` }));
  };
  const query = draw.once(2) ? { text: "a" } : {};
  for (let index = 0; index < 12; index += 1) {
    clock.advance(draw.below(2));
    await change(`k${index}`);
  }
  const before = await engram.recall(createRecall(query), createCall({ namespace }));
  const order = before.hits.map(({ entry }) => entry?.mergeKey ?? "");
  const changed = new Set<string>();
  const seen: string[] = [];
  let cursor = "";
  do {
    const page = await engram.recall(
      createRecall({ ...query, topK: 1 + draw.below(4), cursor }),
      createCall({ namespace }),
    );
    seen.push(...page.hits.map(({ entry }) => entry?.mergeKey ?? ""));
    cursor = page.cursor;
    for (let count = draw.below(3); count > 0; count -= 1) {
      clock.advance(draw.below(2));
      const key = `k${draw.below(16)}`;
      // What was on a page already came once; only a second time would be wrong.
      changed.add(key);
      await change(key);
    }
  } while (cursor !== "");
  const untouched = (keys: readonly string[]): string => keys.filter((key) => !changed.has(key)).join();
  return [
    ...(untouched(seen) === untouched(order) ? [] : [`saw ${untouched(seen)}, expected ${untouched(order)}`]),
    ...(new Set(seen).size === seen.length ? [] : [`an entry came twice: ${seen.join()}`]),
    ...seen.filter((key) => !order.includes(key)).map((key) => `${key} was not there at the first page`),
  ];
}
