import { Ajv2020 } from "ajv/dist/2020.js";
import { readText } from "../ground/files.js";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import { faultWords } from "./faults.js";

/** The version of the control protocol that the runner speaks. */
export const CONTROL_VERSION = "1";

/** The roles that the suite plays. */
export const roles = ["codec", "engram", "observer", "participant", "synapse"] as const;

/** A part of the suite that an implementation can be tested in. */
export type Role = (typeof roles)[number];

/** What a harness says of itself. */
export interface Hello {
  readonly control: string;
  readonly name: string;
  readonly version: string;
  readonly language: string;
  readonly roles: readonly Role[];
  /** Optional parts that it claims; what is claimed is tested. */
  readonly features: readonly string[];
}

/** What the implementation said no with. */
export interface Refusal {
  readonly code: string;
  readonly requirement?: string;
  readonly message?: string;
  /** Of what was asked: whether it may be asked again, and what effect it had. */
  readonly retryable?: boolean;
  readonly effect?: string;
}

/** What a Neuron of the harness does whenever it is called. */
export const acts = ["ask", "echo", "emit", "imprint", "nothing", "recall", "throw", "wait"] as const;

/** A token, and what it grants. */
export interface Credential {
  readonly token: string;
  readonly principal: string;
  /** `*`: all. */
  readonly namespaces: readonly string[];
  readonly rights: readonly string[];
  /** Those that it may register. `*`: any. */
  readonly ids: readonly string[];
}

/** How a Synapse is to be started. */
export interface ListenCommand {
  /** All others are at their standard. */
  readonly limits: Readonly<Record<string, number>>;
  /** The tokens that it takes. Undefined: it asks for none. */
  readonly credentials?: readonly Credential[];
}

/** A Neuron that is to be hosted. */
export interface NeuronPlan {
  readonly id: string;
  readonly act: (typeof acts)[number];
}

/** An Engram or Neurons that are to be hosted. */
export interface HostCommand {
  /** What the runner calls it in the commands that follow. */
  readonly store: string;
  /** The id of an Engram that holds nothing. */
  readonly engram?: string;
  readonly neurons?: readonly NeuronPlan[];
  readonly address: string;
  /** A session in each of these, one Engram behind them all. */
  readonly namespaces: readonly string[];
}

/** What was read as JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a session is to ask, exactly one of the three. */
export interface AskCommand {
  readonly store: string;
  /** What `cancel` calls it. */
  readonly name: string;
  readonly dispatch?: { readonly to: string; readonly input?: unknown; readonly timeoutMs?: number };
  readonly recall?: EngramAsk & { readonly mode?: "all" | "first" | "merge"; readonly topK?: number };
  readonly imprint?: EngramAsk & {
    readonly op: "add" | "append" | "delete" | "merge" | "upsert";
    readonly mergeKey?: string;
    readonly entry?: JsonObject;
    readonly all?: boolean;
  };
}

/** Which Engrams are asked, by id or by kind. */
export interface EngramAsk {
  readonly engram?: string;
  readonly kind?: string;
  readonly timeoutMs?: number;
}

/** Where an observer is to join, and what it is to see. */
export interface ObserveCommand {
  readonly store: string;
  readonly address: string;
  readonly namespace: string;
  readonly types?: readonly string[];
  readonly traces?: readonly string[];
}

/** What the runner asks for; `seq` is added when it is sent. */
export type Command =
  | { readonly hello: { readonly control: string } }
  | { readonly transcode: { readonly message: string; readonly bytes: string } }
  | { readonly validate: { readonly bytes: string } }
  | { readonly view: { readonly bytes: string } }
  | { readonly listen: ListenCommand }
  | { readonly close: { readonly address: string } }
  | { readonly drain: { readonly address: string } }
  | { readonly host: HostCommand }
  | { readonly advance: { readonly store: string; readonly ms: number } }
  | { readonly forget: { readonly store: string; readonly namespace: string; readonly query?: string } }
  | { readonly ask: AskCommand }
  | { readonly cancel: { readonly store: string; readonly name: string } }
  | { readonly observe: ObserveCommand }
  | { readonly watch: { readonly store: string; readonly count: number } }
  | { readonly release: { readonly store: string } }
  | { readonly stop: Readonly<Record<string, never>> };

/** What a harness answers: exactly one part beside `seq`. */
export interface Reply {
  readonly seq: number;
  readonly hello?: Hello;
  readonly transcoded?: { readonly bytes: string };
  readonly validated?: { readonly findings: readonly Refusal[] };
  readonly viewed?: { readonly json: Readonly<Record<string, unknown>> };
  readonly listening?: { readonly address: string };
  readonly hosting?: { readonly clock?: number };
  readonly forgotten?: { readonly entries: number };
  readonly dispatched?: JsonObject;
  readonly recalled?: JsonObject;
  readonly imprinted?: JsonObject;
  readonly watched?: { readonly observations: readonly JsonObject[] };
  readonly done?: object;
  readonly refusal?: Refusal;
  readonly unsupported?: { readonly reason: string };
  readonly harnessError?: { readonly message: string };
}

type KeyOfEach<Union> = Union extends unknown ? keyof Union : never;

/** The name of a command. */
export type CommandName = KeyOfEach<Command>;

/** The answers of each command, beside the three noes. */
export const answers: Readonly<Record<CommandName, readonly Exclude<keyof Reply, "seq">[]>> = {
  hello: ["hello"],
  transcode: ["transcoded"],
  validate: ["validated"],
  view: ["viewed"],
  listen: ["listening"],
  close: ["done"],
  drain: ["done"],
  host: ["hosting"],
  advance: ["done"],
  forget: ["forgotten"],
  ask: ["dispatched", "recalled", "imprinted"],
  cancel: ["done"],
  observe: ["done"],
  watch: ["watched"],
  release: ["done"],
  stop: ["done"],
};

/** The role that each feature belongs to. */
export const features: Readonly<Record<string, Role>> = {
  utf8: "codec",
  validate: "codec",
  view: "codec",
  clock: "engram",
  forget: "engram",
  dispatch: "participant",
  memory: "participant",
  drain: "synapse",
  tokens: "synapse",
};

const published: unknown = JSON.parse(readText("conformance", "control", "control.schema.json"));
const schema = typeof published === "object" && published !== null ? published : {};
const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allErrors: false,
  schemas: [{ ...schema, $id: "control" }],
});
const isReply = ajv.compile<Reply>({ $ref: "control#/$defs/reply" });
const isCommand = ajv.compile({ $ref: "control#/$defs/command" });

/** A line of a harness that breaks the control protocol, in words. */
export class LineError extends Error {
  override readonly name = "LineError";
}

/** Reads a line of a harness. Throws LineError for one that the published schema does not allow. */
export function readReply(line: string): Reply {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch (thrown) {
    throw new LineError(
      `a line that is no JSON, and what is for people goes to standard error: ${line.slice(0, 200)} (${wordsOf(thrown)})`,
    );
  }
  if (isReply(read)) return read;
  throw new LineError(
    `a line that the schema does not allow, since ${faultWords(isReply.errors)}: ${line.slice(0, 200)}`,
  );
}

const noes: readonly string[] = ["refusal", "unsupported", "harnessError"];

/** Throws LineError for an answer that its command does not have. */
export function checkAnswer(command: Command, reply: Reply): void {
  // A command has exactly one key, which is its name.
  const [name] = Object.keys(command) as CommandName[];
  const said = Object.keys(reply).find((key) => key !== "seq") ?? "";
  const own: readonly string[] = name === undefined ? [] : answers[name];
  if (own.includes(said) || noes.includes(said)) return;
  throw new LineError(`\`${name ?? ""}\` is answered with \`${own.join("`, `")}\`, and it answered \`${said}\``);
}

/** Writes a command as a line. Throws SuiteError for one that the published schema does not allow: our own mistake. */
export function writeCommand(seq: number, command: Command): string {
  const whole = { seq, ...command };
  if (!isCommand(whole))
    throw new SuiteError(`The runner made a command that is none: ${ajv.errorsText(isCommand.errors)}`);
  return `${JSON.stringify(whole)}\n`;
}
