import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { SYNAPSE_SOURCE } from "../../signal/index.js";
import type { ViewSignal } from "./records.js";

/** What a participant is: the bus, who serves TASK, who serves memory, or who only asks. */
export type ParticipantKind = "synapse" | "dendrite" | "neuron" | "engram";

/** The kinds in the order in which views show them: who asks, the bus, who answers, memory. */
export const participantKinds: readonly ParticipantKind[] = ["dendrite", "synapse", "neuron", "engram"];

/**
 * Knows of participants what they are: from registrations, and before there is one from what they do. It remembers as
 * many as it is allowed, those that were spoken of last.
 */
export class Roster {
  readonly #kinds = new Map<string, ParticipantKind>();
  readonly #registered = new Set<string>();
  readonly #max: number;

  /** Default: 10,000 participants. */
  constructor(max = 10_000) {
    this.#max = max;
  }

  /** What a participant is; `dendrite` if nothing else was seen of it. */
  kind(id: string): ParticipantKind {
    return id === SYNAPSE_SOURCE ? "synapse" : (this.#kinds.get(id) ?? "dendrite");
  }

  /** Learns from a Signal. A registration says more than what a participant does. */
  observe(signal: ViewSignal): void {
    const { type, source, asked, exchange, target } = signal;
    if (type === SignalType.REGISTER) {
      const { body } = signal.signal;
      if (body?.$case !== "register") return;
      this.#registered.add(body.value.id);
      this.#set(body.value.id, body.value.role === ParticipantRole.ENGRAM ? "engram" : "neuron");
    } else if (exchange === Exchange.REQUEST) {
      const kind = type === SignalType.TASK ? "neuron" : isOfMemory(type) ? "engram" : undefined;
      if (kind === undefined) return;
      for (const id of asked) this.#guess(id, kind);
      if (asked.length === 0 && target !== "") this.#guess(target, kind);
    } else if (type === SignalType.RECALLED || type === SignalType.IMPRINTED) this.#guess(source, "engram");
    else if (type === SignalType.AGENT_OUTPUT) this.#guess(source, "neuron");
  }

  #guess(id: string, kind: ParticipantKind): void {
    if (!this.#registered.has(id) && this.#kinds.get(id) !== kind) this.#set(id, kind);
  }

  #set(id: string, kind: ParticipantKind): void {
    this.#kinds.delete(id);
    this.#kinds.set(id, kind);
    if (this.#kinds.size <= this.#max) return;
    const [oldest] = this.#kinds.keys();
    if (oldest === undefined) return;
    this.#kinds.delete(oldest);
    this.#registered.delete(oldest);
  }
}

/** True for the requests that an Engram serves. */
export function isOfMemory(type: number): boolean {
  return type === SignalType.RECALL || type === SignalType.IMPRINT;
}
