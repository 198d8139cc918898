import { DeliveryReason } from "../../../../gen/cosmonapse/v1/frames.js";
import { ParticipantRole } from "../../../../gen/cosmonapse/v1/options.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { SignalType } from "../../../../gen/cosmonapse/v1/signal.js";
import { decodeSignal } from "../../../signal/index.js";
import type { Hub } from "../../../synapse/index.js";
import { check, checkEqual } from "../../check.js";
import { FakeClock } from "../../fake-clock.js";
import { actions, begin, type Player } from "./actions.js";
import { Ledger, type SeenLeg } from "./ledger.js";
import { SimPeer, type SimRegistration } from "./sim-peer.js";

/** One step of a program: what to do, and three numbers that say with whom and how. Any numbers will do. */
export type SimStep = readonly [action: number, one: number, two: number, three: number];

/** The limits of a simulation: small, so that programs reach them. */
export const simulationLimits: Partial<Limits> = {
  addressQueue: 3,
  sessionPending: 12,
  partialWindow: 3,
  observerSignals: 6,
};

const suspectMs = 15_000;

/**
 * Plays a program on a hub that `open` makes, and throws if anything happened that a Synapse does not do: an outcome
 * that is missing, or there twice, or before its request; a Signal after a FINAL; an attempt out of turn; more work than
 * one takes; a hole without a gap; or something that is left over when all have gone. The same program gives the same.
 */
export function simulate(
  open: (options: { clock: FakeClock; limits: Partial<Limits> }) => Hub,
  program: readonly SimStep[],
): void {
  const clock = new FakeClock();
  const ledger = new Ledger();
  const hub = open({ clock, limits: simulationLimits });
  const world = { hub, clock, ledger };
  const watcher = hub.open({ namespace: "sim", dendriteId: "watcher", onEnded: () => undefined });
  watcher.outbox.onWake(() => {
    for (let item = watcher.outbox.take(); item !== undefined; item = watcher.outbox.take()) {
      check(item.kind !== "gap", "who always takes misses nothing");
      if (item.kind === "deliver" && item.note.reason === DeliveryReason.OBSERVED)
        ledger.see(decodeSignal(item.signal), item.note);
    }
  });
  hub.subscribe(watcher, "all", { types: [], traceIds: [], participants: [] });
  const players: Player[] = Array.from({ length: 5 }, (_, index) => {
    return { index, world, peer: new SimPeer(world, `peer${index}`) };
  });
  for (const player of players) begin(player);
  for (const [action, one, two, three] of program) {
    const player = players[one % players.length];
    const act = actions[action % actions.length];
    if (player !== undefined && act !== undefined) act(player, two, three);
    for (const { deadlineMs } of ledger.open()) check(deadlineMs > clock.monotonicMs(), "nothing outlives its time");
    if (action % 7 === 0) settle(players);
  }
  finish(players);
  hub.endSession(watcher);
  checkEqual(clock.pending, 1, "timers when all have gone");
  clock.advance(4_000_000);
  checkEqual([hub.figures(), clock.pending], [[], 0], "what is left at the very end");
}

/** Lets all take what is for them; then nothing may wait that somebody could work on. */
function settle(players: readonly Player[]): void {
  for (const { peer } of players) peer.pump();
  const [first] = players;
  if (first === undefined) return;
  const { clock, ledger } = first.world;
  const isFree = ({ body, lastSeenMs, inFlight }: SimRegistration): boolean =>
    inFlight.size < body.maxInFlight && clock.monotonicMs() - lastSeenMs <= suspectMs;
  const free = players.flatMap(({ peer }) => [...peer.registrations.values()].filter(isFree));
  const there = players.flatMap(({ peer }) => [...peer.registrations.values()]);
  const queues = new Map<string, number>();
  for (const { legs, below, routeUntilMs, signal, type } of ledger.open()) {
    check(below === undefined || !below.isFailed, "nothing goes on below an ERROR");
    check(below === undefined || below.isEnded || below.holder?.state !== "ended", "nothing goes on below who is gone");
    for (const leg of legs) {
      if (leg.isEnded || (leg.holder !== undefined && leg.holder.state !== "ended")) continue;
      check(!free.some((one) => couldTake(one, leg)), "nothing waits while somebody is free");
      const isServed = there.some((one) => couldTake(one, leg));
      check(isServed || clock.monotonicMs() < routeUntilMs, "nothing waits for nobody");
      const address = `${type} ${leg.participant} ${JSON.stringify(signal.directed)}`;
      if (isServed) queues.set(address, (queues.get(address) ?? 0) + 1);
    }
  }
  for (const length of queues.values()) check(length <= 3, "the queue of an address is bounded");
  for (const [traceId, { signal, legs }] of ledger.roots) {
    const isOver = signal.closeTrace && legs.every(({ isEnded }) => isEnded) && legs.some(({ isFailed }) => isFailed);
    check(!isOver || ledger.finals.has(traceId), "a trace ends with its root, if that asked for it and failed");
  }
}

function couldTake({ body }: SimRegistration, { request, participant }: SeenLeg): boolean {
  const { directed } = request.signal;
  const role = request.type === SignalType.TASK ? ParticipantRole.NEURON : ParticipantRole.ENGRAM;
  if (body.role !== role || (participant !== "" && participant !== body.id)) return false;
  if (directed === undefined) return true;
  const { id, type, capabilities } = directed;
  const isNamed = (id === "" || id === body.id) && (type === "" || type === body.kind);
  return isNamed && capabilities.every((one) => body.capabilities.includes(one));
}

/** Lets all time run out, then all go; whoever asked must have heard. */
function finish(players: readonly Player[]): void {
  const [first] = players;
  if (first === undefined) return;
  const { hub, clock, ledger } = first.world;
  clock.advance(61_000);
  settle(players);
  checkEqual(ledger.open().length, 0, "requests without an outcome at the end");
  checkEqual(figuresOf(hub), [0, 0], "requests and queued at the end");
  for (const { due, asker, signal } of ledger.requests.values()) {
    if (asker.state !== "ended") checkEqual(due, [], `what the asker of ${signal.id} did not get`);
  }
  for (const { peer } of players) for (const id of peer.subscriptions.keys()) peer.checkSubscription(id);
  for (const { peer } of players) hub.endSession(peer.session);
  clock.advance(600_000);
  for (const traceId of ledger.openers.keys()) check(ledger.finals.has(traceId), `${traceId} has its FINAL`);
  const [figures] = hub.figures();
  checkEqual([figures?.traces, figures?.participants], [0, 0], "traces and participants when all have gone");
}

function figuresOf(hub: Hub): readonly (number | undefined)[] {
  const [figures] = hub.figures();
  return [figures?.requests, figures?.queued];
}
