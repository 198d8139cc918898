import { expect, test } from "vitest";
import { createIdSource, createSignal, encodeSignal } from "../../signal/index.js";
import { FakeClock } from "../../testing/index.js";
import { Hub } from "./hub.js";

test("a gap stands between what came before it and what fits again after it", () => {
  const clock = new FakeClock();
  const ids = createIdSource(clock);
  const hub = new Hub({ clock, limits: { observerSignals: 2 } });
  const open = (dendriteId: string) => hub.open({ namespace: "test", dendriteId, onEnded: () => undefined });
  const [asker, watcher] = [open("asker"), open("watcher")];
  hub.subscribe(watcher, "watch", { types: [17], traceIds: [], participants: [] });
  const ask = (): void => {
    const value = { input: undefined, context: undefined };
    const draft = { traceId: ids.traceId(), source: "asker", body: { $case: "task", value } } as const;
    expect(hub.publish(asker, encodeSignal(createSignal(draft, ids, clock))).rejection).toBeUndefined();
  };

  for (let count = 0; count < 4; count += 1) ask();
  const kinds = [watcher.outbox.take()?.kind, watcher.outbox.take()?.kind];
  ask();
  for (let item = watcher.outbox.take(); item !== undefined; item = watcher.outbox.take()) {
    kinds.push(item.kind);
    if (item.kind === "gap") expect(item.gap).toMatchObject({ missed: 2n });
  }

  expect(kinds).toEqual(["live", "deliver", "deliver", "gap", "deliver"]);
});
