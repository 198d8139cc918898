import { askHarness } from "../control/ask-harness.js";
import type { Harness } from "../control/harness.js";
import type { Command, NeuronPlan, Reply } from "../control/messages.js";
import { Finding, type Case } from "../run/verdict.js";
import type { Guest } from "../stand-in/guest.js";
import type { Knowledge } from "../stand-in/knowledge.js";
import type { StandIn } from "../stand-in/stand-in.js";
import type { Step } from "../synapse/case-file.js";
import { ulid } from "../synapse/ids.js";
import { objectOf, textOf } from "../synapse/read-value.js";
import type { Saved } from "../synapse/resolve.js";
import { playStep, type SessionCommand } from "./participant-steps.js";

/** A case of the role `participant`, as its file says it. */
export interface ParticipantCaseData {
  readonly id: string;
  readonly shows: readonly string[];
  /** The valid case that differs in one thing. */
  readonly twin?: string;
  /** Limits that the session is told instead of the standard ones. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Features without which it cannot be played. */
  readonly needs?: readonly string[];
  /** The ids that a request reaches which names none. */
  readonly serves?: readonly string[];
  /** The Neurons that the implementation is to host, and what each does. */
  readonly neurons?: Readonly<Record<string, NeuronPlan["act"]>>;
  readonly steps: readonly Step[];
}

/** Where participants are played: the Synapse that the runner plays, and the harness that hosts them on it. */
export interface ParticipantPlace {
  readonly standIn: StandIn;
  readonly harnesses: () => Promise<Harness>;
  readonly knowledge: Knowledge;
}

const holds = "holds";

/** A case of its data, in a namespace of its own. */
export function participantCase(data: ParticipantCaseData, place: ParticipantPlace): Case {
  const { id, shows, twin, needs = [], serves = [], limits = {}, neurons = {}, steps } = data;
  return {
    id,
    requirements: shows,
    checks: [holds],
    needs,
    isNegative: twin !== undefined || JSON.stringify(steps).includes('"code"'),
    showsAbsence: /"(?:none|\$not)"/.test(JSON.stringify(steps)),
    ...(twin === undefined ? {} : { twin }),
    play: async (emit) => {
      const namespace = `participant-${ulid()}`;
      let isPlaying = true;
      const guest = place.standIn.expect(
        namespace,
        (seen) => {
          if (isPlaying) emit.saw({ ...seen, peer: "participant" });
        },
        { serves, limits: Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, BigInt(limit)])) },
      );
      try {
        const harness = await host(place, guest, neurons);
        const names = new Map<string, Saved>();
        const command = (one: SessionCommand): Promise<Reply> => askHarness(harness, toCommand(namespace, one));
        const stage = { guest, names, command, asked: new Map<string, Promise<Reply>>() };
        for (const [index, step] of steps.entries()) await playStep(stage, step, index + 1);
        await askHarness(harness, { release: { store: namespace } });
        await guest.left();
        checkAnswered(guest);
      } finally {
        isPlaying = false;
        place.standIn.forget(namespace);
      }
      emit.passed(holds);
    },
  };
}

function toCommand(store: string, command: SessionCommand): Command {
  return "ask" in command ? { ask: { store, ...command.ask } } : { cancel: { store, ...command.cancel } };
}

type Neurons = NonNullable<ParticipantCaseData["neurons"]>;

async function host(place: ParticipantPlace, guest: Guest, neurons: Neurons): Promise<Harness> {
  const { namespace } = guest;
  const plans = Object.entries(neurons).map(([id, act]) => ({ id, act }));
  const address = await place.standIn.listen();
  const harness = await place.harnesses();
  const { hosting } = await askHarness(harness, {
    host: { store: namespace, neurons: plans, address, namespaces: [namespace] },
  });
  if (hosting === undefined) throw new Finding("harness-error", "it answered `host` with something else");
  await guest.joined();
  for (const { id } of plans) {
    const { signal } = await guest.orEnd(
      guest.signals.take(({ signal: one }) => objectOf(one["register"])["id"] === id),
      `the REGISTER of ${id}`,
    );
    const { role } = objectOf(signal["register"]);
    if (role !== "NEURON") throw new Finding("failed", `${id} registered as ${textOf(role)}, and it is a Neuron`);
  }
  return harness;
}

/** Whatever a case did not ask about: no request has a second answer. */
function checkAnswered(guest: Guest): void {
  const [stray] = guest.signals.there.filter(({ signal }) => signal["exchange"] === "REPLY");
  if (stray === undefined) return;
  throw new Finding("failed", `${textOf(stray.signal["parent_id"])} was answered once more`);
}
