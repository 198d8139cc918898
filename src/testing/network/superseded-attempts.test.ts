// Two replicas of a Neuron over connections with faults, cut off for less and for more than the grace, by 60 seeds: what
// was given to one that is lost is answered by the other, and no word of a superseded attempt counts.
import { afterEach, describe, expect, test } from "vitest";
import { DeliveryReason } from "../../../gen/cosmonapse/v1/frames.js";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout } from "../../../gen/cosmonapse/v1/signal.js";
import { errorName } from "../../errors/index.js";
import { createDeferred, systemClock, type Deferred } from "../../foundation/index.js";
import { GrpcSynapse, SynapseServer } from "../../synapse/grpc/index.js";
import { Dice, FakeClock, Peer, type Delivered } from "../index.js";
import { FaultProxy } from "./fault-proxy.js";
import { Replica } from "./replica.js";

const rounds = 5;
const tasksEach = 8;
const namespace = "demo";

/** One request as its asker sees it. */
interface Asked {
  readonly replies: Delivered[];
  readonly given: Deferred<void>;
  readonly ended: Deferred<void>;
  /** True if at some time neither replica had a session while it waited. */
  isDeserted: boolean;
}

interface Tally {
  retried: number;
  lost: number;
  unanswered: number;
  readonly stale: Map<string, number>;
}

/** A Synapse under a clock of its own, an asker and an observer beside it, and two replicas behind proxies. */
class Stage {
  readonly clock = new FakeClock();
  readonly server = new SynapseServer({
    port: 0,
    clock: this.clock,
    limits: { sessionGraceMs: 1_000, suspectMs: 3_600_000 },
  });
  readonly asked = new Map<string, Asked>();
  readonly replicas: Replica[] = [];
  readonly #dice: Dice;
  #direct: GrpcSynapse | undefined;
  readonly #running: Promise<void>[] = [];

  constructor(readonly seed: number) {
    this.#dice = new Dice(seed * 100);
  }

  async start(): Promise<{ asker: Peer; watcher: Peer }> {
    const { url, port } = await this.server.start();
    for (const [index, dendriteId] of ["worker-a", "worker-b"].entries()) {
      const from = this.seed * 100 + 10 * (index + 1);
      const proxy = await FaultProxy.start({ target: port, dice: new Dice(from), everyBytes: 12_000 });
      const onGiven = ({ signal }: Delivered): void => this.#of(signal.id).given.resolve();
      this.replicas.push(new Replica({ proxy, dice: new Dice(from + 1), dendriteId, namespace, onGiven }));
    }
    this.#direct = new GrpcSynapse(url);
    const join = (dendriteId: string, synapse: GrpcSynapse): Promise<Peer> =>
      Peer.open({ synapse, clock: systemClock, dendriteId, namespace });
    const asker = await join("asker", this.#direct);
    const watcher = await join("watcher", this.#direct);
    await watcher.observe();
    void this.#listen(asker);
    await Promise.all(
      this.replicas.map((replica) => new Promise<void>((ready) => this.#running.push(replica.run(ready)))),
    );
    return { asker, watcher };
  }

  /** Asks some, lets something happen to a replica, and waits for all outcomes. */
  async round(asker: Peer): Promise<void> {
    for (const replica of this.replicas) replica.keep();
    while (this.server.hub.participants(namespace).length < this.replicas.length) await asker.fence();
    const ids = await Promise.all(Array.from({ length: tasksEach }, () => ask(asker)));
    await Promise.all(ids.map((id) => this.#of(id).given.promise));
    // Some of what they say at once arrives, or all, or nothing.
    for (let turns = this.#dice.below(4); turns > 0; turns -= 1) await asker.fence();
    const victim = this.replicas[this.#dice.below(2)];
    const fate = this.#dice.pick([
      "spared",
      "cut off",
      "cut off in silence",
      "lost",
      "lost in silence",
      "lost for now",
    ]);
    if (victim !== undefined && fate !== "spared") {
      victim.proxy.partition();
      if (!fate.endsWith("silence")) victim.answer();
      if (fate.startsWith("lost")) await this.#lose(victim, asker);
      const { sessions } = victim;
      victim.proxy.rejoin();
      // It comes back while the other has its work in hand, or at any time.
      while (fate === "lost for now" && victim.sessions === sessions) await asker.fence();
    }
    for (const replica of this.replicas) replica.answer();
    await Promise.all(ids.map((id) => this.#of(id).ended.promise));
  }

  /** Ends everything; resolves when that is so. */
  async close(): Promise<void> {
    for (const { proxy } of this.replicas) proxy.heal();
    await Promise.all(this.replicas.map((replica) => replica.close()));
    await Promise.all(this.#running);
    await this.#direct?.close();
    await this.server.close();
    await Promise.all(this.replicas.map(({ proxy }) => proxy.close()));
  }

  /** Moves time on until the Synapse has given the replica up. */
  async #lose({ dendriteId }: Replica, asker: Peer): Promise<void> {
    const isThere = (): boolean =>
      this.server.hub.participants(namespace).some((participant) => participant.dendriteId === dendriteId);
    while (isThere()) {
      this.clock.advance(200);
      if (this.server.hub.participants(namespace).length === 0) this.#desert();
      await asker.fence();
    }
  }

  /** The other was without a link just then, and is lost as well: who waits has nobody left. */
  #desert(): void {
    for (const asked of this.asked.values()) {
      if (asked.replies.at(-1)?.signal.exchange !== Exchange.REPLY) asked.isDeserted = true;
    }
  }

  async #listen(asker: Peer): Promise<void> {
    for (;;) {
      const reply = await asker.next(({ note }) => note.reason === DeliveryReason.REPLY);
      const asked = this.#of(reply.signal.parentId);
      asked.replies.push(reply);
      if (reply.signal.exchange === Exchange.REPLY) asked.ended.resolve();
    }
  }

  #of(id: string): Asked {
    const asked = this.asked.get(id) ?? {
      replies: [],
      given: createDeferred(),
      ended: createDeferred(),
      isDeserted: false,
    };
    this.asked.set(id, asked);
    return asked;
  }
}

async function ask(asker: Peer): Promise<string> {
  const { signal } = await asker.send({
    traceId: asker.ids.traceId(),
    directed: { id: "thinker", type: "", capabilities: [], fanout: Fanout.ONE },
    waitForRoute: { seconds: 60n, nanos: 0 },
    body: { $case: "task", value: { input: undefined, context: undefined } },
  });
  return signal.id;
}

/** What a reply says, in a word: `part 1`, `end 1`, or the code of an error. */
function wordOf({ signal: { body } }: Delivered): string {
  if (body?.$case === "agentOutput")
    return body.value.part === 0 ? `end ${body.value.parts}` : `part ${body.value.part}`;
  return body?.$case === "error" ? errorName(body.value.detail?.code ?? 0) : "?";
}

/** Parts in order, then their number, or WORKER_LOST if nobody could try again: all of one attempt. */
function isWhole({ replies, isDeserted }: Asked): boolean {
  const words = replies.map(wordOf);
  const parts = words.length - 1;
  // What has shown a part is not tried again.
  const ends = [`end ${parts}`, isDeserted || parts > 0 ? "WORKER_LOST" : ""];
  return (
    new Set(replies.map(({ note }) => note.attempt)).size === 1 &&
    words.every((word, index) => (index === parts ? ends.includes(word) : word === `part ${index + 1}`))
  );
}

async function play(seed: number, tally: Tally): Promise<void> {
  const stage = new Stage(seed);
  closing.push(() => stage.close());
  const { asker, watcher } = await stage.start();
  for (let round = 0; round < rounds; round += 1) await stage.round(asker);
  for (const { proxy } of stage.replicas) proxy.heal();
  await asker.fence();
  await watcher.fence();

  const { asked, replicas, server } = stage;
  expect(asked.size, `seed ${seed}`).toBe(rounds * tasksEach);
  const seen = new Map<string, string[]>();
  for (const { note, signal } of watcher.inbox) {
    if (note.reason !== DeliveryReason.OBSERVED || note.position === 0n) continue;
    seen.set(signal.parentId, [...(seen.get(signal.parentId) ?? []), signal.id]);
  }
  expect(watcher.gaps, `seed ${seed}`).toEqual([]);
  for (const [id, request] of asked) {
    const { replies } = request;
    const what = `seed ${seed}: ${id} got ${replies.map(wordOf).join(", ")}`;
    expect(isWhole(request), what).toBe(true);
    // Nobody sees more of it than who asked, so that what was superseded had no effect.
    expect(seen.get(id), what).toEqual(replies.map(({ signal }) => signal.id));
    const last = replies.at(-1);
    if (last !== undefined && last.note.attempt > 1) tally.retried += 1;
    if (last !== undefined && wordOf(last) === "WORKER_LOST") tally.unanswered += 1;
  }
  for (const { stale, lost } of replicas) {
    tally.lost += lost;
    for (const code of stale) tally.stale.set(code, (tally.stale.get(code) ?? 0) + 1);
  }
  expect(server.hub.figures(), `seed ${seed}`).toMatchObject([{ requests: 0, queued: 0 }]);
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

describe("replicas that are cut off, for less and for more than the grace", () => {
  test.each(Array.from({ length: 6 }, (_, group) => group * 10))(
    "ten seeds from %i: each request has one outcome, of one attempt, and late answers are refused",
    async (from) => {
      const tally: Tally = { retried: 0, lost: 0, unanswered: 0, stale: new Map() };
      await Promise.all(Array.from({ length: 10 }, (_, offset) => play(from + offset, tally)));
      expect(tally.lost).toBeGreaterThan(5);
      expect(tally.retried).toBeGreaterThan(10);
      // None is accepted; and some came while the attempt after theirs was still open.
      expect([...tally.stale.keys()].sort()).toEqual(["LATE", "SUPERSEDED"]);
    },
    60_000,
  );
});
