import type { Harness } from "../control/harness.js";
import { askHarness } from "../control/ask-harness.js";
import { Finding, type Case, type Emit, type Seen } from "../run/verdict.js";
import type { Guest } from "../stand-in/guest.js";
import type { Knowledge } from "../stand-in/knowledge.js";
import type { StandIn } from "../stand-in/stand-in.js";
import { ulid } from "../synapse/ids.js";
import { objectOf, textOf } from "../synapse/read-value.js";
import { encodeMessage } from "../wire/writer.js";
import { askEngram, ENGRAM_ID } from "./ask-engram.js";
import { imprintBody, queryBody, type Scope } from "./bodies.js";
import { compareStep, type Answer } from "./compare.js";
import { needsOf, type Vector, type VectorStep } from "./vector.js";

/** Where vectors are played: the Synapse that the runner plays, and the harness that hosts Engrams on it. */
export interface EngramPlace {
  readonly standIn: StandIn;
  readonly harnesses: () => Promise<Harness>;
  readonly knowledge: Knowledge;
}

const holds = "holds";

/** Which store registered under which id, over all cases. */
const storesSeen = new Map<string, string>();

/** A vector as a case: it is played on an Engram of its own, over the wire. */
export function vectorCase(vector: Vector, place: EngramPlace): Case {
  return {
    id: vector.id,
    requirements: vector.shows,
    checks: [holds],
    needs: needsOf(vector),
    isNegative: vector.steps.some(({ error }) => error !== undefined),
    showsAbsence: leavesOut(vector),
    // A receipt or hits beside the error.
    showsRight: vector.steps.some(({ receipt, hits }) => receipt !== undefined || hits !== undefined),
    play: async (emit) => {
      const store = `store-${ulid()}`;
      const stage = new VectorStage(place, store, emit);
      try {
        await stage.open(vector.steps.map(({ namespace }) => namespace ?? ENGRAM_ID));
        for (const [index, step] of vector.steps.entries()) await stage.play(step, index);
        await stage.end();
      } finally {
        stage.forget();
      }
      emit.passed(holds);
    },
  };
}

/** What a vector is played on: one Engram in as many namespaces as it names. */
class VectorStage {
  readonly #place: EngramPlace;
  readonly #store: string;
  readonly #emit: Emit;
  readonly #guests = new Map<string, Guest>();
  readonly #bound = new Map<string, string>();
  #scope: Scope = { bound: this.#bound, startMs: 0 };
  #harness: Harness | undefined;
  #isPlaying = true;

  constructor(place: EngramPlace, store: string, emit: Emit) {
    this.#place = place;
    this.#store = store;
    this.#emit = emit;
  }

  /** Lets the Engram be hosted in these namespaces. */
  async open(names: readonly string[]): Promise<void> {
    const { standIn, harnesses } = this.#place;
    for (const name of new Set(names)) {
      const saw = (seen: Omit<Seen, "peer">): void => {
        if (this.#isPlaying) this.#emit.saw({ ...seen, peer: name });
      };
      this.#guests.set(name, standIn.expect(`${this.#store}-${name}`, saw));
    }
    const namespaces = [...this.#guests.values()].map(({ namespace }) => namespace);
    const address = await standIn.listen();
    this.#harness = await harnesses();
    const { hosting } = await askHarness(this.#harness, {
      host: { store: this.#store, engram: ENGRAM_ID, address, namespaces },
    });
    if (hosting === undefined) throw new Finding("harness-error", "it answered `host` with something else");
    this.#scope = { bound: this.#bound, startMs: hosting.clock ?? 0 };
    for (const guest of this.#guests.values()) await checkRegister(guest, this.#store);
  }

  /** Plays a step. Rejects with a Finding if its answer is not as the step expects. */
  async play(step: VectorStep, index: number): Promise<void> {
    const { advance_ms: ms } = step;
    if (ms !== undefined) await this.#ask({ advance: { store: this.#store, ms } });
    const answer = await this.#answer(step, index).catch((thrown: unknown) => {
      throw thrown instanceof Finding ? new Finding(thrown.verdict, `step ${index + 1}: ${thrown.message}`) : thrown;
    });
    const wrong = compareStep(step, answer, this.#bound);
    if (wrong.length > 0) {
      const isOther = step.error !== undefined && answer.error !== undefined;
      throw new Finding(isOther ? "wrong-reason" : "failed", `step ${index + 1}: ${wrong.join("; ")}`);
    }
    if (step.as !== undefined) this.#bound.set(`$${step.as}`, answer.bind ?? "");
  }

  /** The Engram leaves; nothing may have been answered twice. (COS-TASK-016) */
  async end(): Promise<void> {
    await this.#ask({ release: { store: this.#store } });
    for (const guest of this.#guests.values()) {
      await guest.left();
      const [stray] = guest.signals.there.filter(({ signal }) => signal["exchange"] === "REPLY");
      if (stray !== undefined)
        throw new Finding("failed", `${textOf(stray.signal["parent_id"])} was answered a second time`);
    }
  }

  /** The namespaces are over, whatever came of them. */
  forget(): void {
    this.#isPlaying = false;
    for (const { namespace } of this.#guests.values()) this.#place.standIn.forget(namespace);
  }

  async #answer(step: VectorStep, index: number): Promise<Answer> {
    const name = step.namespace ?? ENGRAM_ID;
    const guest = this.#guests.get(name);
    if (guest === undefined) throw new Finding("harness-error", `no Engram is hosted in ${name}`);
    const { startMs } = this.#scope;
    if (step.imprint !== undefined) {
      const imprint = imprintBody(step.imprint, this.#scope);
      const asked = Array.from({ length: step.times ?? 1 }, () => askEngram(guest, { imprint }, startMs));
      const [first, ...others] = await Promise.all(asked);
      if (first === undefined) return {};
      const { id, answer } = first;
      const versions = new Set([answer, ...others.map((one) => one.answer)].map(({ receipt }) => receipt?.["version"]));
      if (step.times !== undefined && versions.size < step.times) {
        throw new Finding("failed", `COS-OP-028: ${step.times} imprints at once got ${versions.size} versions`);
      }
      // An imprint without an id of its own goes by that of its Signal, which vectors call so.
      this.#bound.set(`evt_${index}`, id);
      return answer;
    }
    if (step.forget !== undefined) return this.#forget(step.forget, guest.namespace);
    if (step.recall === undefined) return {};
    const query = queryBody(step.recall, this.#scope);
    const mode = (step.mode ?? "all").toUpperCase();
    return (await askEngram(guest, { recall: { query, mode } }, startMs)).answer;
  }

  async #forget(query: NonNullable<VectorStep["forget"]> | null, namespace: string): Promise<Answer> {
    const { schema } = this.#place.knowledge;
    const bytes = encodeMessage(schema, "cosmonapse.v1.Query", queryBody(query ?? {}, this.#scope));
    const base64 = query === null ? {} : { query: Buffer.from(bytes).toString("base64") };
    const { forgotten, refusal } = await this.#ask({ forget: { store: this.#store, namespace, ...base64 } });
    return refusal === undefined ? { entries: forgotten?.entries ?? 0 } : { error: { code: refusal.code } };
  }

  #ask(command: Parameters<typeof askHarness>[1]): ReturnType<typeof askHarness> {
    if (this.#harness === undefined) throw new Finding("harness-error", "no harness hosts anything");
    return askHarness(this.#harness, command);
  }
}

async function checkRegister(guest: Guest, store: string): Promise<void> {
  await guest.joined();
  const { signal } = await guest.orEnd(
    guest.signals.take(({ signal: one }) => one["register"] !== undefined),
    "a REGISTER",
  );
  const { id, role, store_id: storeId } = objectOf(signal["register"]);
  const other = storesSeen.get(textOf(storeId)) ?? store;
  if (other !== store) throw new Finding("failed", `COS-ENT-017: two stores register as ${textOf(storeId)}`);
  storesSeen.set(textOf(storeId), store);
  if (id === ENGRAM_ID && role === "ENGRAM") return;
  throw new Finding("failed", `the Engram ${ENGRAM_ID} was to register, and it was ${textOf(role)} ${textOf(id)}`);
}

/** True if a recall of it finds fewer entries than were imprinted before: what must not be found is there, and is not. */
function leavesOut({ steps }: Vector): boolean {
  return steps.some(({ hits }, at) => {
    const imprinted = steps.slice(0, at).filter(({ imprint, error }) => imprint !== undefined && error === undefined);
    return hits !== undefined && hits.length < imprinted.length;
  });
}
