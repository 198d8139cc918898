import { Durability, ImprintOp } from "../../../gen/cosmonapse/v1/memory.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout, type Signal } from "../../../gen/cosmonapse/v1/signal.js";
import { DeregisterReason } from "../../../gen/cosmonapse/v1/participant.js";
import { FinalStatus } from "../../../gen/cosmonapse/v1/task.js";
import { encodeJson } from "../../signal/index.js";
import type { Scene } from "./test-scene.js";

const query = {
  text: "distance",
  textMatch: 0,
  ids: [],
  tags: [],
  where: undefined,
  since: undefined,
  until: undefined,
  topK: 3,
  cursor: "",
} as const;

/** A RECALL that goes to some Engrams. */
export function recall(scene: Scene, parent: Signal, engrams: readonly string[]): Signal {
  const directed = { id: "", type: "", capabilities: [], fanout: Fanout.ALL };
  const value = { query: { ...query, ids: [], tags: [] }, mode: 2 as const };
  const source = "planner";
  const draft = { source, parentId: parent.id, directed, body: { $case: "recall", value } } as const;
  return scene.say(draft, { asked: engrams });
}

/** What an Engram found: its name, and how many hits. */
export function recalled(scene: Scene, request: Signal, [engram, count]: readonly [string, number]): Signal {
  const content = encodeJson({ km: 42 }, "MALFORMED");
  const times = { createdAt: undefined, updatedAt: undefined, expiresAt: undefined, provenance: undefined };
  const entry = { id: "eng_1", mergeKey: "moon", content, tags: [], version: 3n, ...times };
  const hits = Array.from({ length: count }, () => ({ entry, score: 1 }));
  const value = { engramId: engram, hits, truncated: false, cursor: "" };
  return scene.say({ source: engram, parentId: request.id, body: { $case: "recalled", value } });
}

/** An IMPRINT on a key. */
export function imprint(scene: Scene, parent: Signal, mergeKey: string): Signal {
  const content = encodeJson({ km: 42 }, "MALFORMED");
  const rest = { id: "", tags: [], ttl: undefined, imprintId: "", strategy: 0 } as const;
  const value = { ...rest, op: ImprintOp.UPSERT, mergeKey, content, tags: [] };
  const draft = { source: "planner", parentId: parent.id, body: { $case: "imprint", value } } as const;
  return scene.say(draft, { asked: ["notes"] });
}

/** Its receipt: the version, and whether it is a receipt again. */
export function imprinted(scene: Scene, request: Signal, [version, replayed]: readonly [bigint, boolean]): Signal {
  const flags = { created: version === 1n, deleted: false, replayed };
  const stem = { engramId: "notes", id: "eng_1", mergeKey: "moon", version, op: ImprintOp.UPSERT };
  const value = { ...stem, ...flags, durability: Durability.DISK };
  return scene.say({ source: "notes", parentId: request.id, body: { $case: "imprinted", value } });
}

/** A registration. */
export function register(scene: Scene, id: string, role: ParticipantRole): Signal {
  const text = { kind: "demo", version: "1", storeId: "", description: "" };
  const value = { id, role, ...text, capabilities: ["far"], maxInFlight: 1, retrySafe: false };
  return scene.say({ source: id, traceId: "", body: { $case: "register", value } }, { isSnapshot: true });
}

/** Its end. */
export function deregister(scene: Scene, id: string): Signal {
  const value = { id, reason: DeregisterReason.DETACHED };
  return scene.say({ source: id, traceId: "", body: { $case: "deregister", value } });
}

/** The FINAL of the trace. */
export function final(scene: Scene, parent: Signal, status: FinalStatus = FinalStatus.COMPLETED): Signal {
  const value = { status, detail: undefined };
  return scene.say({ source: "synapse", parentId: parent.id, body: { $case: "final", value } });
}

/**
 * The job that the first page of the README shows: a question, memory asked in two places of which one fails, a helper
 * asked, the result kept; 15 Signals in 12 seconds.
 */
export function playJob(scene: Scene): void {
  register(scene, "planner", ParticipantRole.NEURON);
  register(scene, "ruler", ParticipantRole.NEURON);
  register(scene, "notes", ParticipantRole.ENGRAM);
  register(scene, "atlas", ParticipantRole.ENGRAM);
  const root = scene.pass(5).task("asker", "planner");
  const question = recall(scene.pass(3), root, ["notes", "atlas"]);
  recalled(scene.pass(2), question, ["notes", 0]);
  scene.pass(4).fail(question, "atlas", "ENGRAM_FAILED");
  const below = scene.pass(1).task("planner", "ruler", root);
  scene.pass(10_000).answer(below, "ruler");
  const write = imprint(scene.pass(4), root, "moon");
  imprinted(scene.pass(6), write, [3n, false]);
  scene.pass(1).answer(root, "planner");
  final(scene.pass(1), root);
}
