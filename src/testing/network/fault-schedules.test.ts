// Two askers, two workers and an observer over connections that are dropped, reset, refused, half-closed, stalled, split and
// delayed, by 200 seeds: nothing is lost, nothing is doubled, and what one peer says stays in order.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DeliveryReason, type DeliveryNote, type Gap } from "../../../gen/cosmonapse/v1/frames.js";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout } from "../../../gen/cosmonapse/v1/signal.js";
import { errorName } from "../../errors/index.js";
import { createDeferred, systemClock } from "../../foundation/index.js";
import { GrpcSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import type { Unnumbered } from "../../synapse/index.js";
import { Dice, Peer } from "../index.js";
import { allFaults, FaultProxy, type Fault } from "./fault-proxy.js";

const tasksEach = 30;
const partsMax = 3;

/** Answers each TASK with some parts and their number. */
class Worker {
  readonly #peer: Peer;
  readonly #dice: Dice;
  constructor(peer: Peer, dice: Dice) {
    this.#peer = peer;
    this.#dice = dice;
  }
  async work(): Promise<void> {
    for (;;) {
      const { signal, note } = await this.#peer.nextWork();
      const parts = this.#dice.below(partsMax + 1);
      const reply = { source: note.participant, traceId: signal.traceId, parentId: signal.id };
      for (let part = 1; part <= parts + 1; part += 1) {
        const isLast = part === parts + 1;
        const value = { output: undefined, part: isLast ? 0 : part, parts: isLast ? parts : 0 };
        const exchange = isLast ? Exchange.REPLY : Exchange.PARTIAL;
        const sent = this.#peer.publish(
          this.#peer.make({ ...reply, exchange, body: { $case: "agentOutput", value } }),
          note.attempt,
        );
        sent.catch(() => undefined);
      }
    }
  }
}

/** Sees everything, and checks that it sees it once and in order. */
class Watcher {
  readonly positions: number[] = [];
  missed = 0;
  readonly #dice: Dice;
  constructor(dice: Dice) {
    this.#dice = dice;
  }
  /** Sometimes slow, so that links also break while it has something in hand. */
  deliver(_signal: Uint8Array, { reason, position }: DeliveryNote): Promise<void> | undefined {
    if (reason === DeliveryReason.OBSERVED && position > 0n) this.positions.push(Number(position));
    return this.#dice.percent(30) ? new Promise(setImmediate) : undefined;
  }
  gap({ missed }: Unnumbered<Gap>): void {
    this.missed += Number(missed);
  }
  live(): void {}
  credit(): void {}
  ended(): void {}
}

async function ask(asker: Peer, neuron: string): Promise<string[]> {
  const traceId = asker.ids.traceId();
  const directed = { id: neuron, type: "", capabilities: [], fanout: Fanout.ONE };
  const body = { $case: "task", value: { input: undefined, context: undefined } } as const;
  const signal = asker.make({ traceId, directed, body });
  const seen: string[] = [];
  const { rejection } = await asker.publish(signal);
  if (rejection !== undefined) return [`refused ${errorName(rejection.code)}`];
  for (;;) {
    const reply = await asker.next(
      ({ note, signal: got }) => note.reason === DeliveryReason.REPLY && got.parentId === signal.id,
    );
    const { body: answer } = reply.signal;
    if (answer?.$case === "agentOutput")
      seen.push(answer.value.part === 0 ? `end ${answer.value.parts}` : `part ${answer.value.part}`);
    else seen.push(answer?.$case ?? "nothing");
    if (reply.signal.exchange === Exchange.REPLY) return seen;
  }
}

/** What a good answer looks like: its parts in order, then the end with their number. */
function isWhole(seen: readonly string[]): boolean {
  const parts = seen.length - 1;
  return seen.every((one, index) => one === (index === parts ? `end ${parts}` : `part ${index + 1}`));
}

let server: SynapseServer;
let port = 0;
beforeAll(async () => {
  server = new SynapseServer({ port: 0 });
  ({ port } = await server.start());
});
afterAll(() => server.close());

async function play(seed: number): Promise<{ outcomes: string[][]; watcher: Watcher; proxies: readonly FaultProxy[] }> {
  const namespace = `seed-${seed}`;
  const proxies: FaultProxy[] = [];
  const synapses: GrpcSynapse[] = [];
  const reach = async (everyBytes: number): Promise<GrpcSynapse> => {
    // Each has dice of its own: what becomes of one connection does not hang on when the others carry what.
    const proxy = await FaultProxy.start({ target: port, dice: new Dice(seed * 100 + proxies.length), everyBytes });
    const synapse = new GrpcSynapse(`cosmo://127.0.0.1:${proxy.port}`);
    proxies.push(proxy);
    synapses.push(synapse);
    return synapse;
  };
  const join = async (dendriteId: string): Promise<Peer> => {
    const synapse = await reach(4_000);
    for (;;) {
      try {
        return await Peer.open({ synapse, clock: systemClock, dendriteId, namespace });
      } catch {
        // Whoever opens a session over such a connection tries again.
      }
    }
  };
  const watcher = new Watcher(new Dice(seed * 100 + 60));
  const direct = new GrpcSynapse(`cosmo://127.0.0.1:${port}`);
  synapses.push(direct);
  const control = await Peer.open({ synapse: direct, clock: systemClock, dendriteId: "control", namespace });
  const workers = [await join("worker-a"), await join("worker-b")];
  for (const [index, peer] of workers.entries()) {
    await peer.registerNeuron(`neuron-${index}`);
    new Worker(peer, new Dice(seed * 100 + 50 + index)).work().catch(() => undefined);
  }
  let watching: GrpcSynapse | undefined;
  const watched = createDeferred<bigint>();
  while (watching === undefined) {
    const synapse = await reach(8_000);
    try {
      const session = await synapse.open({ namespace, dendriteId: "watcher" }, watcher);
      watched.resolve(await session.subscribe("all", { types: [], traceIds: [], participants: [] }));
      watching = synapse;
    } catch {
      // As above.
    }
  }
  const firstSeen = Number(await watched.promise);
  const askers = [await join("asker-a"), await join("asker-b")];
  const outcomes = await Promise.all(
    askers.flatMap((asker) => Array.from({ length: tasksEach }, (_, count) => ask(asker, `neuron-${count % 2}`))),
  );
  for (const proxy of proxies) proxy.heal();
  for (const asker of askers) {
    await asker.fence();
    expect(asker.inbox, `seed ${seed}: nothing comes after an outcome`).toEqual([]);
  }
  const { receipt } = await control.send({ body: { $case: "discover", value: {} } });
  const position = Number(receipt.position);
  while ((watcher.positions.at(-1) ?? 0) < position) await control.session.publish(new Uint8Array());
  expect(
    firstSeen + watcher.positions.length + watcher.missed,
    `seed ${seed}: all that was accepted is seen once`,
  ).toBe(position + 1);
  await Promise.all(synapses.map((synapse) => synapse.close()));
  await Promise.all(proxies.map((proxy) => proxy.close()));
  return { outcomes, watcher, proxies };
}

describe("over connections that break, stall and split", () => {
  const groups = Array.from({ length: 20 }, (_, group) => group * 10);
  test.each(groups)(
    "ten seeds from %i: each request has one whole outcome, and observers miss nothing",
    async (from) => {
      const faults = new Map<Fault, number>();
      const check = async (seed: number): Promise<void> => {
        const { outcomes, watcher, proxies } = await play(seed);
        for (const { counts } of proxies) {
          for (const [fault, count] of counts) faults.set(fault, (faults.get(fault) ?? 0) + count);
        }
        expect(
          outcomes.filter((seen) => !isWhole(seen)),
          `seed ${seed}`,
        ).toEqual([]);
        expect(watcher.positions, `seed ${seed}`).toEqual(
          [...new Set(watcher.positions)].sort((one, other) => one - other),
        );
        const [figures] = server.hub.figures().filter(({ namespace }) => namespace === `seed-${seed}`);
        expect(figures, `seed ${seed}`).toMatchObject({ requests: 0, queued: 0 });
      };
      await Promise.all(Array.from({ length: 10 }, (_, offset) => check(from + offset)));
      expect([...faults.keys()].sort()).toEqual([...allFaults].sort());
      expect(Math.min(...faults.values())).toBeGreaterThan(5);
    },
    60_000,
  );
});
