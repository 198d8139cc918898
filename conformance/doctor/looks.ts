import { features, type Command, type Reply, type Role } from "../control/messages.js";
import type { Look } from "./look.js";
import { codecLooks, engramLooks, observerLooks, participantLooks, synapseLooks } from "./roles.js";

const bigLength = 1_048_576;
const manyAtOnce = 100;

/** A command of each role that nobody else has to know. */
const strange: Readonly<Record<Role, Command>> = {
  codec: { transcode: { message: "cosmonapse.v1.Signal", bytes: "" } },
  synapse: { listen: { limits: {} } },
  participant: { cancel: { store: "none", name: "none" } },
  observer: { watch: { store: "none", count: 1 } },
  engram: { advance: { store: "none", ms: 1 } },
};

function isAnswer(reply: Reply): boolean {
  return reply.harnessError === undefined;
}

const closeOf = (address: string): Command => ({ close: { address } });

const general: readonly Look[] = [
  {
    check: "says what it is",
    look: ({ hello }) => {
      const claimed = hello.features;
      const twice = claimed.find((one, at) => claimed.indexOf(one) !== at);
      if (twice !== undefined) return Promise.resolve(`it claims ${twice} twice`);
      const idle = claimed.find((one) => features[one] !== undefined && !hello.roles.includes(features[one]));
      const words = `it claims ${idle ?? ""}, which is of the role ${features[idle ?? ""] ?? ""} that it does not play`;
      return Promise.resolve(idle === undefined ? undefined : words);
    },
  },
  {
    check: "answers what it does not know with unsupported",
    look: async ({ harness, hello }) => {
      const [, asked] = Object.entries(strange).find(([role]) => !hello.roles.some((one) => one === role)) ?? [];
      if (asked === undefined) return undefined;
      const reply = await harness.ask(asked);
      if (reply.unsupported !== undefined) return undefined;
      return `it answered ${JSON.stringify(reply)}; answer {"unsupported": {"reason": "…"}}`;
    },
  },
  {
    check: "answers many commands that come at once, each with its seq",
    look: async ({ harness }) => {
      const asked = Array.from({ length: manyAtOnce }, () => harness.ask(closeOf("nobody:1")));
      const isSound = (await Promise.all(asked)).every(isAnswer);
      return isSound ? undefined : "some were answered as broken; read line by line, and answer each";
    },
  },
  {
    check: "reads a line of a megabyte",
    look: async ({ harness }) => {
      const reply = await harness.ask(closeOf("x".repeat(bigLength)));
      return isAnswer(reply) ? undefined : "it broke; read a line to its end, however long it is";
    },
  },
  {
    check: "reads what is not ASCII",
    look: async ({ harness }) => {
      const reply = await harness.ask(closeOf("grüße-🙂:1"));
      return isAnswer(reply) ? undefined : "it broke; read standard input as UTF-8";
    },
  },
];

const ofRole: Readonly<Record<Role, readonly Look[]>> = {
  codec: codecLooks,
  engram: engramLooks,
  observer: observerLooks,
  participant: participantLooks,
  synapse: synapseLooks,
};

/** The looks that a harness of these roles gets, in order. */
export function looksOf(roles: readonly Role[]): readonly Look[] {
  return [...general, ...roles.flatMap((role) => ofRole[role])];
}
