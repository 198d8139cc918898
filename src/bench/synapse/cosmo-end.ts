import { DeliveryReason, type DeliveryNote } from "../../../gen/cosmonapse/v1/frames.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { systemClock } from "../../foundation/index.js";
import { createIdSource, createSignal, encodeSignal } from "../../signal/index.js";
import { GrpcSynapse } from "../../synapse/grpc/index.js";
import type { Session, SessionReceiver } from "../../synapse/index.js";
import { pacing, type BusEnd } from "./end.js";
import { flowType, parentIdOf } from "./signals.js";

/** Raw sessions on a Synapse. */
export async function openCosmo(url: string, name: string): Promise<BusEnd> {
  const waiting = new Map<string, (bytes: Uint8Array) => void>();
  let take: (bytes: Uint8Array) => void = () => undefined;
  let miss: (count: number) => void = () => undefined;
  let work: (bytes: Uint8Array, note: DeliveryNote) => void = () => undefined;
  const nothing = (): void => undefined;
  const receiver: SessionReceiver = {
    deliver(bytes, note) {
      if (note.reason === DeliveryReason.OBSERVED) take(bytes);
      else if (note.reason === DeliveryReason.WORK) work(bytes, note);
      else if (note.reason === DeliveryReason.REPLY) {
        const parentId = parentIdOf(bytes);
        waiting.get(parentId)?.(bytes);
        waiting.delete(parentId);
      }
    },
    live: nothing,
    gap: ({ missed }) => miss(Number(missed)),
    credit: nothing,
    ended: nothing,
  };
  const synapse = new GrpcSynapse(url);
  const session = await synapse.open({ namespace: "bench", dendriteId: name }, receiver);
  return {
    publishAll: (count, next) => publishAll(session, count, next),
    async subscribe(onSignal, onMissed) {
      take = onSignal;
      miss = onMissed;
      await session.subscribe("flow", { types: [flowType], traceIds: [], participants: [] });
    },
    async serve(answer) {
      work = (bytes, { attempt }) => void session.publish(answer(bytes), { attempt });
      const ids = createIdSource(systemClock);
      const value = {
        id: name,
        role: ParticipantRole.NEURON,
        kind: "",
        capabilities: [],
        version: "",
        maxInFlight: 256,
        retrySafe: false,
        storeId: "",
        description: "",
      };
      await session.publish(
        encodeSignal(createSignal({ source: name, body: { $case: "register", value } }, ids, systemClock)),
      );
    },
    ask: ({ id, bytes }) =>
      new Promise((resolve, reject) => {
        waiting.set(id, resolve);
        session
          .publish(bytes)
          .then(({ rejection }) => rejection !== undefined && reject(new Error(rejection.message)), reject);
      }),
    close: () => synapse.close(),
  };
}

/** At most so many without a receipt; the window moves by halves. */
async function publishAll(session: Session, count: number, next: (index: number) => Uint8Array): Promise<void> {
  let open: Promise<{ rejection?: unknown }>[] = [];
  for (let index = 0; index < count; index += 1) {
    open.push(session.publish(next(index)));
    if (open.length < pacing) continue;
    const half = open.slice(0, pacing / 2);
    open = open.slice(pacing / 2);
    for (const one of half) if ((await one).rejection !== undefined) throw new Error("A Signal was refused");
  }
  await Promise.all(open);
}
