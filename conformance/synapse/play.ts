import type { ListenCommand } from "../control/messages.js";
import { Finding, type Case, type Seen } from "../run/verdict.js";
import { SuiteError } from "../ground/suite-error.js";
import type { Data, DataObject, Step, SynapseCaseData } from "./case-file.js";
import type { Place } from "./peer.js";
import { asks, call, clear } from "./call-steps.js";
import type { Namespaces } from "./namespaces.js";
import { namesIn } from "./read-step.js";
import { isData } from "./resolve.js";
import { acknowledge, cut, ended, heard, join, leave, rejected, resume, sendFrame, tcp } from "./session-steps.js";
import { expect, nothing, observe, send, unobserve } from "./signal-steps.js";
import { Stage } from "./stage.js";

/** Where cases find their Synapses. */
export interface Targets {
  /** The address of one that was started so. */
  listen(command: ListenCommand): Promise<string>;
  /** Lets the one at an address drain. */
  drain(address: string): Promise<void>;
  /** Where on them. */
  readonly namespaces: Namespaces;
}

/** The check that a case has which names none: that all of its steps hold. */
export const WHOLE_CASE = "holds";

type Verb = (stage: Stage, given: Data) => Promise<void>;

function ofObject(play: (stage: Stage, step: DataObject) => Promise<void>): Verb {
  return (stage, given) => play(stage, isData(given) ? given : {});
}

const verbs: Readonly<Record<string, Verb>> = {
  acknowledge,
  join,
  cut,
  leave,
  rejected: ofObject(rejected),
  ended: ofObject(ended),
  resume: ofObject(resume),
  frame: ofObject(sendFrame),
  heard: ofObject(heard),
  drain: (stage) => stage.drain(),
  call: ofObject(call),
  asks: ofObject(asks),
  tcp: ofObject(tcp),
  send: ofObject(send),
  expect: ofObject(expect),
  nothing: ofObject(nothing),
  observe: ofObject(observe),
  unobserve: ofObject(unobserve),
  fence: async (stage, given) => {
    for (const name of namesIn(given)) await stage.peer(name).fence();
  },
  check: (stage, given) => {
    if (typeof given === "string") stage.emit.passed(given);
    return Promise.resolve();
  },
};

/** The checks that a case declares: those that it names, or one for the whole. */
export function checksOf({ steps }: SynapseCaseData): readonly string[] {
  const named = steps.map(({ check }) => check).filter((check) => typeof check === "string");
  return named.length === 0 ? [WHOLE_CASE] : named;
}

function isNegativeStep(step: Step): boolean {
  const [given] = Object.values(step);
  return (
    step["rejected"] !== undefined ||
    (isData(step["ended"]) && Object.keys(step["ended"]).length > 1) ||
    (isData(given) && (given["refused"] !== undefined || given["code"] !== undefined))
  );
}

/** True for a step that shows that something is not there, or that it fails. */
function isAbsenceStep(step: Step): boolean {
  if (step["nothing"] !== undefined) return true;
  return step["expect"] !== undefined && JSON.stringify(step["expect"]).includes('"code"');
}

/** Makes a case of its data. It is played in a namespace of its own, so that many can be at once. */
export function synapseCase(
  data: SynapseCaseData,
  place: Omit<Place, "address" | "drain" | "saw" | "token">,
  targets: Targets,
): Case {
  const { id, shows, twin, limits, credentials, steps } = data;
  const drains = steps.some((step) => step["drain"] !== undefined);
  return {
    id,
    requirements: shows,
    needs: [
      ...(limits === undefined ? [] : ["limits"]),
      ...(credentials === undefined ? [] : ["tokens"]),
      ...(drains ? ["drain"] : []),
    ],
    checks: checksOf(data),
    isNegative: steps.some((step) => isNegativeStep(step)),
    showsAbsence: steps.some((step) => isAbsenceStep(step)),
    ...(twin === undefined ? {} : { twin }),
    play: async (emit) => {
      let isPlaying = true;
      const saw = (seen: Seen): void => {
        if (isPlaying) emit.saw(seen);
      };
      const command = { limits: limits ?? {}, ...(credentials === undefined ? {} : { credentials }) };
      const { namespaces } = targets;
      const namespace = namespaces.take();
      const address = await targets.listen(command);
      const drain = (): Promise<void> => targets.drain(address);
      const stage = new Stage({ ...place, address, drain, token: credentials?.[0]?.token, saw }, namespace, emit);
      let isWell = false;
      try {
        for (const [index, step] of steps.entries()) await playStep(stage, step, index + 1);
        stage.checkRefused();
        isWell = true;
      } finally {
        // How it ends says nothing of why it failed.
        isPlaying = isWell;
        await stage.close(isWell);
      }
      if (namespaces.areKept && !stage.wentElsewhere && (await clear(stage))) namespaces.giveBack(namespace);
      if (checksOf(data).includes(WHOLE_CASE)) emit.passed(WHOLE_CASE);
    },
  };
}

/** `repeat`: the steps, so many times. */
async function repeat(stage: Stage, given: Data): Promise<void> {
  const { times, steps } = isData(given) ? given : {};
  for (let round = 0; round < Number(times); round += 1) {
    for (const [index, step] of (Array.isArray(steps) ? steps : []).entries()) {
      await playStep(stage, isData(step) ? step : {}, index + 1);
    }
  }
}

async function playStep(stage: Stage, step: Step, number: number): Promise<void> {
  const [verb, given] = Object.entries(step)[0] ?? ["", null];
  if (verb === "repeat") return repeat(stage, given ?? null);
  const play = verbs[verb];
  if (play === undefined) throw new SuiteError(`step ${number}: there is no verb ${verb}`);
  try {
    await play(stage, given);
  } catch (thrown) {
    if (thrown instanceof Finding) throw new Finding(thrown.verdict, `step ${number}, ${verb}: ${thrown.message}`);
    throw thrown instanceof Error ? new SuiteError(`step ${number}, ${verb}: ${thrown.message}`) : thrown;
  }
}
