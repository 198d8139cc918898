import { askHarness } from "../control/ask-harness.js";
import type { Harness } from "../control/harness.js";
import type { ObserveCommand } from "../control/messages.js";
import type { Case } from "../run/verdict.js";
import type { Knowledge } from "../stand-in/knowledge.js";
import type { StandIn } from "../stand-in/stand-in.js";
import type { Step } from "../synapse/case-file.js";
import { ulid } from "../synapse/ids.js";
import { objectOf } from "../synapse/read-value.js";
import { playObserverStep } from "./observer-steps.js";

/** A case of the role `observer`, as its file says it. */
export interface ObserverCaseData {
  readonly id: string;
  readonly shows: readonly string[];
  /** The valid case that differs in one thing. */
  readonly twin?: string;
  /** What the observer is to see. Default: all. */
  readonly observes?: Pick<ObserveCommand, "traces" | "types">;
  readonly steps: readonly Step[];
}

/** Where observers are played: the Synapse that the runner plays, and the harness that observes it. */
export interface ObserverPlace {
  readonly standIn: StandIn;
  readonly harnesses: () => Promise<Harness>;
  readonly knowledge: Knowledge;
}

const holds = "holds";

/** A case of its data, in a namespace of its own. */
export function observerCase(data: ObserverCaseData, place: ObserverPlace): Case {
  const { id, shows, twin, steps } = data;
  return {
    id,
    requirements: shows,
    checks: [holds],
    needs: [],
    isNegative: twin !== undefined || JSON.stringify(steps).includes('"code"'),
    showsAbsence: /"(?:none|\$not)"/.test(JSON.stringify(steps)),
    ...(twin === undefined ? {} : { twin }),
    play: async (emit) => {
      const store = `observer-${ulid()}`;
      let isPlaying = true;
      const guest = place.standIn.expect(
        store,
        (seen) => {
          if (isPlaying) emit.saw({ ...seen, peer: "observer" });
        },
        { goesLive: false },
      );
      try {
        const { standIn, harnesses, knowledge } = place;
        const address = await standIn.listen();
        const harness = await harnesses();
        await askHarness(harness, { observe: { store, address, namespace: store, ...data.observes } });
        await guest.joined();
        const frame = await guest.orEnd(
          guest.frames.take((one) => one["subscribe"] !== undefined),
          "a Subscribe",
        );
        const watch = (count: number): ReturnType<typeof askHarness> =>
          askHarness(harness, { watch: { store, count } });
        const stage = { guest, knowledge, subscribe: objectOf(frame["subscribe"]), watch };
        for (const [index, step] of steps.entries()) await playObserverStep(stage, step, index + 1);
        await askHarness(harness, { release: { store } });
        await guest.left();
      } finally {
        isPlaying = false;
        place.standIn.forget(store);
      }
      emit.passed(holds);
    },
  };
}
