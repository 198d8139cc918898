import { describe, expect, test } from "vitest";
import type { Journey } from "../../model/index.js";
import { GraphLayout, type Placeable } from "./graph-layout.js";
import { pointOf, Travel, travelMs } from "./graph-travel.js";

const room = { width: 1_000, height: 700 };
const synapse: Placeable = { id: "synapse", kind: "synapse" };

function some(kind: Placeable["kind"], count: number): readonly Placeable[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${kind}-${index}`, kind }));
}

function placed(nodes: readonly Placeable[]): GraphLayout {
  const layout = new GraphLayout();
  layout.update(nodes, room);
  layout.settle();
  return layout;
}

describe("the layout of the graph", () => {
  const nodes = [synapse, ...some("dendrite", 3), ...some("neuron", 7), ...some("engram", 3)];

  test("has the Synapse in the middle, who asks on the left, and memory below those who work", () => {
    const layout = placed(nodes);
    const heights = (kind: string): readonly number[] =>
      nodes.filter((node) => node.kind === kind).map(({ id }) => layout.place(id)?.y ?? 0);

    expect(layout.place("synapse")).toEqual({ x: 500, y: 350 });
    for (const { id } of some("dendrite", 3)) expect(layout.place(id)?.x).toBeLessThan(350);
    expect(Math.min(...heights("engram"))).toBeGreaterThan(Math.max(...heights("neuron")));
    expect(layout.place("nobody")).toBeUndefined();
  });

  test.each([1, 8, 40, 300])("of %i of each kind has all of them in the room, and none upon another", (count) => {
    const all = [synapse, ...some("dendrite", count), ...some("neuron", count), ...some("engram", count)];
    const layout = placed(all);
    const places = all.map(({ id }) => layout.place(id) ?? expect.fail());
    for (const { x, y } of places) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(room.width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(room.height);
    }
    const spots = new Set(places.map(({ x, y }) => `${Math.round(x / 4)} ${Math.round(y / 4)}`));
    expect(spots.size).toBeGreaterThan(all.length * 0.97);
  });

  test("is the same for the same participants, and moves nobody far when one more comes", () => {
    const [one, other] = [placed(nodes), placed(nodes)];
    for (const { id } of nodes) expect(one.place(id)).toEqual(other.place(id));
    other.update([...nodes, { id: "late", kind: "neuron" }], room);
    other.settle();
    for (const { id } of nodes) {
      const [before, after] = [one.place(id) ?? expect.fail(), other.place(id) ?? expect.fail()];
      expect(Math.hypot(before.x - after.x, before.y - after.y), id).toBeLessThan(110);
    }
  });
});

describe("what travels", () => {
  const journey: Journey = {
    id: "evt_1",
    type: 20,
    traceId: "trc_1",
    from: "planner",
    to: ["notes", "atlas"],
    startedAt: 0,
    replies: [],
    isOver: false,
    lastAt: 0,
  };

  test("is a request to each who was asked, and then each reply, once", () => {
    const travel = new Travel();
    travel.add([journey], 1_000);
    travel.add([journey], 1_010);
    expect(travel.under(1_020).map(({ from, to }) => [from, to])).toEqual([
      ["planner", "notes"],
      ["planner", "atlas"],
    ]);
    expect(travel.under(1_000 + travelMs)).toEqual([]);
    expect(travel.isBusy).toBe(false);
    const replies = [{ from: "atlas", at: 5, hasFailed: true }];
    travel.add([{ ...journey, replies }], 2_000);
    travel.add([{ ...journey, replies }], 2_010);
    expect(travel.under(2_020)).toMatchObject([{ from: "atlas", to: "planner", isReply: true, hasFailed: true }]);
  });

  test("goes before its reply, also when both are told of at once", () => {
    const travel = new Travel();
    travel.add([{ ...journey, replies: [{ from: "notes", at: 0, hasFailed: false }] }], 0);
    expect(travel.under(1).map(({ isReply }) => isReply)).toEqual([false, false]);
    expect(travel.under(travelMs + 1).map(({ isReply }) => isReply)).toEqual([true]);
  });

  test("is bounded, and says how many it left out", () => {
    const travel = new Travel();
    travel.add(
      Array.from({ length: 1_000 }, (_, index) => ({ ...journey, id: `evt_${index}`, to: ["notes"] })),
      0,
    );
    expect(travel.under(1)).toHaveLength(240);
    expect(travel.skipped).toBe(760);
  });

  test("begins at its sender, passes the Synapse half-way, and ends at whom it is for", () => {
    const ends = { from: { x: 0, y: 0 }, over: { x: 50, y: 10 }, to: { x: 100, y: 90 } };
    expect(pointOf(ends, 0)).toEqual(ends.from);
    expect(pointOf(ends, 0.5)).toEqual(ends.over);
    expect(pointOf(ends, 1)).toEqual(ends.to);
  });
});
