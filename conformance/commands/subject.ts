import { codecCases } from "../codec/codec-cases.js";
import { HarnessPool } from "../control/harness-pool.js";
import type { Hello, Role } from "../control/messages.js";
import { engramCases } from "../engram/engram-cases.js";
import { observerCases } from "../observer/observer-cases.js";
import { participantCases } from "../participant/participant-cases.js";
import { SuiteError } from "../ground/suite-error.js";
import type { Report } from "../run/summary.js";
import type { Case } from "../run/verdict.js";
import { readKnowledge } from "../stand-in/knowledge.js";
import { StandIn } from "../stand-in/stand-in.js";
import { harnessTargets } from "../synapse/harness-targets.js";
import { Namespaces } from "../synapse/namespaces.js";
import { synapseCases } from "../synapse/synapse-cases.js";

/** What is asked, and how it is reached. */
export interface SubjectFlags {
  readonly role: Role;
  /** The command that starts the harness; empty if a target is given. */
  readonly command: readonly string[];
  /** Where a Synapse listens. */
  readonly target?: string | undefined;
  readonly watchdogMs: number;
}

/** An implementation that is there to be asked. */
export interface Subject {
  readonly about: Pick<Report, "implementation" | "role">;
  /** What it claims. */
  readonly features: readonly string[];
  readonly cases: readonly Case[];
  readonly stop: () => Promise<void>;
}

/** Starts the harness, or takes a Synapse by its address. Rejects with SuiteError if that is not possible. */
export async function begin({ role, command, target, watchdogMs }: SubjectFlags): Promise<Subject> {
  const [program, ...args] = command;
  if (target !== undefined) {
    if (role !== "synapse" || program !== undefined)
      throw new SuiteError("--target is for --role synapse, without a command", 2);
    const address = target.replace(/^(?:cosmo|grpc):\/\//, "");
    const hello: Hello = { control: "", name: target, version: "", language: "any", roles: [role], features: [] };
    return subjectOf(role, hello, {
      cases: synapseCases({
        namespaces: new Namespaces(true),
        listen: () => Promise.resolve(address),
        drain: () => Promise.resolve(),
      }),
      stop: () => Promise.resolve(),
    });
  }
  if (program === undefined) {
    throw new SuiteError(
      `Give the command of a harness behind --${role === "synapse" ? ", or --target host:port" : ""}`,
      2,
    );
  }
  const pool = new HarnessPool({ program, args }, watchdogMs);
  // Cases are read before a process is there that had to be ended if they cannot be.
  const { cases, end } = casesOf(role, pool);
  const hello = await pool.hello();
  if (hello.roles.includes(role)) {
    // What starts Synapses for itself gives them the limits that a case wants.
    const features = [...hello.features, "limits"];
    return subjectOf(
      role,
      { ...hello, features },
      {
        cases,
        stop: async () => {
          await pool.stop();
          end();
        },
      },
    );
  }
  await pool.stop();
  throw new SuiteError(`${hello.name} does not play the role ${role}, only ${hello.roles.join(", ")}`, 2);
}

/** The cases of a role against a harness, and what ends that which the runner opens for them. */
function casesOf(role: Role, pool: HarnessPool): { readonly cases: readonly Case[]; readonly end: () => void } {
  const nothing = (): void => undefined;
  if (role === "codec") return { cases: codecCases(() => pool.take()), end: nothing };
  if (role === "synapse") return { cases: synapseCases(harnessTargets(pool)), end: nothing };
  const knowledge = readKnowledge();
  const standIn = new StandIn(knowledge);
  const place = { standIn, harnesses: () => pool.take(), knowledge };
  const casesFor = { engram: engramCases, observer: observerCases, participant: participantCases };
  return { cases: casesFor[role](place), end: () => standIn.stop() };
}

function subjectOf(role: Role, hello: Hello, rest: Pick<Subject, "cases" | "stop">): Subject {
  const { name, version, language, features } = hello;
  return { about: { role, implementation: { name, version, language } }, features, ...rest };
}
