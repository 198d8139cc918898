import { Exchange, ParticipantRole } from "../../../../gen/cosmonapse/v1/options.js";
import type { RegisterBody } from "../../../../gen/cosmonapse/v1/participant.js";
import type { Address } from "../../../../gen/cosmonapse/v1/signal.js";
import { check, checkEqual } from "../../check.js";
import { failure, final, output, part, recalled, stop, stopped, to } from "../drafts.js";
import type { PeerDraft } from "../peer.js";
import { SimPeer, type SimWork, type World } from "./sim-peer.js";

/** Who acts. */
export interface Player {
  readonly index: number;
  readonly world: World;
  /** The peer that plays it now. */
  peer: SimPeer;
}

type Action = (player: Player, one: number, two: number) => void;

const ids = ["n0", "n1", "e0", "e1"] as const;

/** What a player registers under an id: always the same, so that only coming and going changes it. */
function registerBody(id: (typeof ids)[number], index: number): RegisterBody {
  const isNeuron = id.startsWith("n");
  return {
    id,
    role: isNeuron ? ParticipantRole.NEURON : ParticipantRole.ENGRAM,
    kind: isNeuron ? "thinker" : "memory",
    capabilities: id.endsWith("0") ? ["a"] : ["a", "b"],
    version: "",
    maxInFlight: 1 + (index % 3),
    retrySafe: index % 2 === 0,
    storeId: isNeuron ? "" : `store-${id}`,
    description: "",
  };
}

const addresses: readonly (Partial<Address> | undefined)[] = [
  { id: "n0" },
  { id: "n1" },
  { id: "e0" },
  { type: "thinker" },
  { id: "n0" },
  { capabilities: ["a"] },
  { capabilities: ["b", "a"] },
  { id: "n0" },
  undefined,
  { type: "thinker", fanout: 2 },
  { type: "memory", fanout: 2 },
  { capabilities: ["b"], fanout: 2 },
];

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items[index % Math.max(1, items.length)];
}

const seconds = (count: number): { seconds: bigint; nanos: number } => ({ seconds: BigInt(count), nanos: 0 });

/** A request; the bits of `how` say what it asks for. */
function request(where: number, how: number): Omit<PeerDraft, "traceId"> {
  const parts = pick(addresses, where);
  const wait = where % 8 === 0 ? 0 : (how >> 2) & 3;
  const asks = {
    directed: parts === undefined ? undefined : to(parts),
    closeTrace: (how & 1) === 1,
    maxAttempts: (how >> 4) & 3,
    timeout: (how & 2) === 0 ? undefined : seconds(2 + (how % 50)),
    waitForRoute: wait === 0 ? undefined : seconds(wait * 3),
  };
  const isRecall = ((how >> 6) & 1) === 1;
  if (isRecall) return { ...asks, body: { $case: "recall", value: { query: undefined, mode: 1 } } };
  return { ...asks, body: { $case: "task", value: { input: undefined, context: undefined } } };
}

function ask({ peer }: Player, draft: PeerDraft, attempt = 0): void {
  const { id, code } = peer.publish(draft, attempt);
  if (code !== "") return;
  peer.asked.push(id);
  if (draft.traceId !== undefined) peer.traces.push(draft.traceId);
}

/** Answers work; the Synapse must take the answer exactly if no outcome was decided, and a part within the window. */
function answer({ peer, world }: Player, work: SimWork | undefined, makes: (work: SimWork) => PeerDraft): void {
  if (work === undefined) return;
  const leg = world.ledger.legOf(work.signal.id, work.note.participant);
  const wasEnded = leg.isEnded;
  const draft = makes(work);
  const { code } = peer.publish(draft, work.note.attempt);
  const isPart = draft.exchange === Exchange.PARTIAL;
  if (isPart && code === "OVERLOADED") return;
  checkEqual(code, wasEnded ? "LATE" : "", "what became of the answer");
  if (isPart) work.parts += 1;
  else peer.release(work);
}

function go(player: Player): void {
  const { peer, world, index } = player;
  for (const open of world.ledger.open()) if (open.legs.some(({ attempts }) => attempts === 0)) open.isMoved = true;
  for (const open of world.ledger.open())
    if (open.legs.some(({ holder }) => holder === peer.session)) open.isMoved = true;
  world.hub.endSession(peer.session);
  player.peer = new SimPeer(world, `peer${index % 3}`);
}

function drain({ peer, world }: Player): void {
  peer.pump();
  world.hub.drainSession(peer.session);
  peer.isDraining = true;
  peer.registrations.clear();
}

function register({ peer, index, world }: Player, which: number): void {
  peer.pump();
  const body = registerBody(pick(ids, which) ?? "n0", index);
  const { code } = peer.publish({ body: { $case: "register", value: body } });
  checkEqual(code, peer.isDraining ? "UNAVAILABLE" : "", "what became of the REGISTER");
  if (code !== "") return;
  const inFlight = peer.registrations.get(body.id)?.inFlight ?? new Set<SimWork>();
  peer.registrations.set(body.id, { body, lastSeenMs: world.clock.monotonicMs(), inFlight });
}

function deregister({ peer }: Player, which: number): void {
  peer.pump();
  const id = pick(ids, which) ?? "n0";
  const { code } = peer.publish({ body: { $case: "deregister", value: { id, reason: 1 } } });
  checkEqual(code, peer.registrations.delete(id) ? "" : "PERMISSION_DENIED", "what became of the DEREGISTER");
}

/** What a player registers before a program begins, so that there is something to do. */
export function begin(player: Player): void {
  for (const which of [0, 2, 1].slice(0, 1 + (player.index % 3))) register(player, which);
}

function heartbeat({ peer, world }: Player): void {
  peer.publish({ body: { $case: "heartbeat", value: { ids: [] } } });
  for (const one of peer.registrations.values()) one.lastSeenMs = world.clock.monotonicMs();
}

function askBelow(player: Player, which: number, how: number): void {
  const work = pick(player.peer.works, which);
  if (work === undefined) return;
  const { traceId, id: parentId } = work.signal;
  const draft = { ...request(how, which), traceId, parentId, source: work.note.participant };
  ask(player, draft, work.note.attempt);
}

/** Somebody else's reply must not count. */
function interfere({ peer, world }: Player, which: number): void {
  const [request_] = [pick(world.ledger.open(), which)];
  if (request_ === undefined || request_.legs.some(({ holder }) => holder === peer.session)) return;
  const { id, traceId } = request_.signal;
  const header = { traceId, parentId: id, exchange: Exchange.REPLY };
  const body = { $case: "agentOutput", value: { output: undefined, part: 0, parts: 0 } } as const;
  const { code } = peer.publish({ ...header, body });
  check(code === "PERMISSION_DENIED" || code === "LATE", `a stranger's reply is refused, not ${code}`);
}

function stopSomething({ peer }: Player, which: number, how: number): void {
  const traceId = pick(peer.traces, which);
  if (traceId === undefined) return;
  peer.publish(stop(traceId, how % 3 === 0 ? "" : (pick(peer.asked, how) ?? "")));
}

function endTrace({ peer, world }: Player, which: number): void {
  const traceId = pick(peer.traces, which);
  if (traceId === undefined) return;
  const isOpener = world.ledger.openers.get(traceId) === peer.session;
  const wasClosed = world.ledger.finals.has(traceId);
  const { code } = peer.publish(final(traceId));
  if (isOpener || wasClosed) checkEqual(code, wasClosed ? "TRACE_CLOSED" : "", "what became of the FINAL");
}

function repeat({ peer }: Player, which: number): void {
  const bytes = pick(peer.sent, which);
  if (bytes === undefined) return;
  const { rejection, repeated } = peer.publishBytes(bytes);
  checkEqual([rejection, repeated], [undefined, true], "what became of the repeat");
}

function subscribe({ peer, world }: Player, which: number): void {
  const id = `s${which % 2}`;
  const types = which % 3 === 0 ? [] : [17, 18];
  peer.pump();
  peer.checkSubscription(id);
  peer.subscriptions.set(id, { types, from: Infinity, seen: [], gaps: [] });
  world.hub.subscribe(peer.session, id, { types, traceIds: [], participants: [] });
}

function unsubscribe({ peer, world }: Player, which: number): void {
  const id = `s${which % 2}`;
  world.hub.unsubscribe(peer.session, id);
  peer.subscriptions.delete(id);
}

function credit({ peer, world }: Player, which: number): void {
  const requestId = pick(peer.asked, which);
  if (requestId !== undefined) world.hub.credit(peer.session, { requestId, partials: 2, participant: "" });
}

const answerWork: Action = (player, which) =>
  answer(player, pick(player.peer.works, which), (work) =>
    work.signal.body?.$case === "recall" ? recalled(work) : output(work),
  );

const askRoot: Action = (player, where, how) =>
  ask(player, { ...request(where, how), traceId: player.peer.newTrace() });

/** An action that most of its calls leave out. */
function rarely(act: Action): Action {
  return (player, one, two) => {
    if (two % 4 === 0) act(player, one, two);
  };
}

/** What may happen, the common more often. */
export const actions: readonly Action[] = [
  register,
  register,
  register,
  askRoot,
  askRoot,
  askRoot,
  askRoot,
  (player, where, how) => {
    const traceId = pick(player.peer.traces, how);
    if (traceId !== undefined) ask(player, { ...request(where, how), traceId });
  },
  askBelow,
  askBelow,
  askBelow,
  answerWork,
  answerWork,
  answerWork,
  answerWork,
  answerWork,
  (player, which) => answer(player, pick(player.peer.works, which), failure),
  (player, which) => {
    const works = player.peer.works.filter(({ signal }) => signal.body?.$case === "task");
    answer(player, pick(works, which), (work) => part(work, work.parts + 1));
  },
  ({ peer, world }, which) => {
    const work = pick(peer.works, which);
    if (work === undefined || world.ledger.finals.has(work.signal.traceId)) return;
    const isEnded = world.ledger.legOf(work.signal.id, work.note.participant).isEnded;
    peer.publish(stopped(work));
    if (isEnded) peer.release(work);
  },
  stopSomething,
  endTrace,
  go,
  go,
  rarely(drain),
  rarely(deregister),
  heartbeat,
  heartbeat,
  interfere,
  repeat,
  subscribe,
  unsubscribe,
  credit,
  ({ peer }, count) => peer.pump(1 + (count % 4)),
  ({ peer }) => peer.pump(),
  ({ peer }) => peer.pump(),
  ({ world }, one, two) => world.clock.advance(((one * 7 + two) % 20) * 50),
  rarely(({ world }, one) => world.clock.advance(one % 5 === 0 ? 16_000 : 3_000)),
];
