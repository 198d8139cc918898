import { connect } from "node:net";
import { readVectors } from "../codec/vector-cases.js";
import { toBase64 } from "../codec/codec-case.js";
import type { Command, Reply } from "../control/messages.js";
import { fromHex } from "../synapse/resolve.js";
import { hostedId, lookAtHost, lookAtObserver } from "./hosts.js";
import type { Look, Patient } from "./look.js";

/** Asks for what is claimed; undefined if it is not. Resolves with what is wrong, if the answer is a no. */
async function askClaimed({ harness, hello }: Patient, feature: string, command: Command): Promise<string | undefined> {
  if (!hello.features.includes(feature)) return undefined;
  return refusedWords(await harness.ask(command), `it claims ${feature}`);
}

function refusedWords(reply: Reply, but: string): string | undefined {
  const no = reply.refusal ?? reply.unsupported ?? reply.harnessError;
  return no === undefined ? undefined : `${but}, and it answered ${JSON.stringify(reply)}`;
}

const task = readVectors().find(({ name }) => name === "task")?.hex ?? "";
const bytes = toBase64(fromHex(task));
const message = "cosmonapse.v1.Signal";
const noSignal = Buffer.alloc(1_024).toString("base64");

/** A codec gives a Signal back, refuses what is none, and does what it claims. */
export const codecLooks: readonly Look[] = [
  {
    check: "decodes a Signal and encodes it again",
    look: async ({ harness }) => {
      const reply = await harness.ask({ transcode: { message, bytes } });
      const no = refusedWords(reply, "it is a Signal");
      if (no !== undefined || reply.transcoded?.bytes !== "") return no;
      return "it gave no bytes; give those that your codec makes of what it read";
    },
  },
  {
    check: "refuses what is no Signal with MALFORMED",
    look: async ({ harness }) => {
      const reply = await harness.ask({ transcode: { message, bytes: noSignal } });
      if (reply.refusal?.code === "MALFORMED") return undefined;
      return `zeroes are no Signal, and it answered ${JSON.stringify(reply).slice(0, 200)}; refuse them with {"refusal": {"code": "MALFORMED"}}`;
    },
  },
  { check: "validates if it claims to", look: (patient) => askClaimed(patient, "validate", { validate: { bytes } }) },
  { check: "shows the JSON view if it claims to", look: (patient) => askClaimed(patient, "view", { view: { bytes } }) },
];

/** True if somebody takes connections there. */
function isListening(address: string): Promise<boolean> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  return new Promise((resolve) => {
    const socket = connect(Number(port), host.replace(/^\[|\]$/g, ""));
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

const credential = {
  token: "doctor-0123456789",
  principal: "doctor",
  namespaces: ["*"],
  rights: ["PARTICIPATE"],
  ids: ["*"],
};

/** A Synapse listens where it says, several at once, each until it is closed. */
export const synapseLooks: readonly Look[] = [
  {
    check: "listens where it says, and no longer when it is closed",
    look: async ({ harness }) => {
      const replies = [await harness.ask({ listen: { limits: {} } }), await harness.ask({ listen: { limits: {} } })];
      const no = replies
        .map((reply) => refusedWords(reply, "a Synapse is to listen"))
        .find((words) => words !== undefined);
      if (no !== undefined) return no;
      const [one = "", other = ""] = replies.map(({ listening }) => listening?.address);
      if (one === other) return `two Synapses listen at ${one}; give each a port of its own`;
      if (!(await isListening(one))) return `nobody listens at ${one}; answer \`listen\` when it does`;
      await harness.ask({ close: { address: one } });
      if (await isListening(one)) return `${one} listens after \`close\`; answer when it no longer does`;
      if (!(await isListening(other))) return `\`close\` of ${one} closed ${other} too; close the one that is named`;
      await harness.ask({ close: { address: other } });
      return undefined;
    },
  },
  {
    check: "drains, and asks for tokens, if it claims to",
    look: async (patient) => {
      const { harness } = patient;
      const tokens = await askClaimed(patient, "tokens", { listen: { limits: {}, credentials: [credential] } });
      if (tokens !== undefined || !patient.hello.features.includes("drain")) return tokens;
      const { listening } = await harness.ask({ listen: { limits: {} } });
      return askClaimed(patient, "drain", { drain: { address: listening?.address ?? "" } });
    },
  },
];

const store = "doctor";
const namespaces = ["doctor-a", "doctor-b"];

/** An Engram registers in each namespace before it is said to be hosted, and leaves when it is released. */
export const engramLooks: readonly Look[] = [
  {
    check: "hosts an Engram in two namespaces, does what it claims, and lets it go",
    look: (patient) =>
      lookAtHost(patient, {
        command: { store, engram: hostedId, namespaces },
        role: "ENGRAM",
        look: async ({ clock }) => {
          const isClaimed = patient.hello.features.includes("clock");
          if (isClaimed && clock === undefined) return "it claims clock, and `hosting` does not say where it stands";
          const forget = { store, namespace: "doctor-a" };
          return (
            (await askClaimed(patient, "clock", { advance: { store, ms: 1 } })) ??
            (await askClaimed(patient, "forget", { forget }))
          );
        },
      }),
  },
];

/** A participant registers its Neurons before they are said to be hosted, and leaves when it is released. */
export const participantLooks: readonly Look[] = [
  {
    check: "hosts a Neuron, and lets it go",
    look: (patient) =>
      lookAtHost(patient, {
        command: { store, neurons: [{ id: hostedId, act: "echo" }], namespaces: ["doctor"] },
        role: "NEURON",
      }),
  },
];

/** An observer tells what it is shown, and leaves when it is released. */
export const observerLooks: readonly Look[] = [
  { check: "observes a namespace, tells what it saw, and leaves", look: lookAtObserver },
];
