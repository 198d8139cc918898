import type { HostCommand, JsonObject, Reply } from "../control/messages.js";
import { Finding } from "../run/verdict.js";
import type { Guest } from "../stand-in/guest.js";
import { readKnowledge } from "../stand-in/knowledge.js";
import { StandIn } from "../stand-in/stand-in.js";
import { objectOf, textOf } from "../synapse/read-value.js";
import type { Patient } from "./look.js";

type Hosting = NonNullable<Reply["hosting"]>;

/** What a harness is to host, and how it is to register. */
export interface HostPlan {
  readonly command: Omit<HostCommand, "address">;
  readonly role: "ENGRAM" | "NEURON";
  /** Looks at what is hosted. Resolves with what is wrong. */
  readonly look?: (hosting: Hosting) => Promise<string | undefined>;
}

/** The id of whatever is hosted. */
export const hostedId = "doctor";

/**
 * Lets a harness host on a Synapse that the runner plays. It is to be registered in each namespace when it answers, and to
 * leave each with a Goodbye when it is released. Resolves with what is wrong, in words.
 */
export function lookAtHost(patient: Patient, { command, role, look }: HostPlan): Promise<string | undefined> {
  return onStandIn(patient, async (standIn) => {
    const guests = command.namespaces.map((namespace) => standIn.expect(namespace, () => undefined));
    const reply = await patient.harness.ask({ host: { ...command, address: await standIn.listen() } });
    if (reply.hosting === undefined) throw new Finding("failed", `it answered \`host\` with ${JSON.stringify(reply)}`);
    for (const guest of guests) checkRegistered(guest, role);
    const found = await look?.(reply.hosting);
    if (found !== undefined) throw new Finding("failed", found);
    await patient.harness.ask({ release: { store: command.store } });
    for (const guest of guests)
      await within(
        patient,
        guest.left(),
        `after \`release\` it was still in the namespace ${guest.namespace}; end the session`,
      );
  });
}

function checkRegistered({ namespace, hello, signals }: Guest, role: HostPlan["role"]): void {
  const before = `it answered \`host\` before`;
  if (Object.keys(hello).length === 0)
    throw new Finding("failed", `${before} it joined the namespace ${namespace}; open a session in each`);
  const registers = signals.there
    .map(({ signal }) => objectOf(signal["register"]))
    .filter((one) => one["id"] !== undefined);
  const own = registers.find(({ id }) => id === hostedId);
  if (own === undefined)
    throw new Finding(
      "failed",
      `${before} ${hostedId} was registered in the namespace ${namespace}; wait for the receipt of the REGISTER`,
    );
  if (own["role"] === role) return;
  throw new Finding("failed", `${hostedId} registered as ${textOf(own["role"])}, and \`host\` named it as ${role}`);
}

const register = {
  id: "evt_01JFDZ00000000000000000001",
  exchange: "CONTROL",
  source: hostedId,
  created_at: "2026-01-02T03:04:05.678Z",
  register: { id: hostedId, role: "NEURON" },
};

/**
 * Lets a harness observe a Synapse that the runner plays. It is to answer before anything was seen, to subscribe, to tell
 * of a REGISTER, and to leave with a Goodbye when it is released. Resolves with what is wrong, in words.
 */
export function lookAtObserver(patient: Patient): Promise<string | undefined> {
  const { harness } = patient;
  const store = hostedId;
  return onStandIn(patient, async (standIn) => {
    const guest = standIn.expect(store, () => undefined);
    const address = await standIn.listen();
    await harness.ask({ observe: { store, address, namespace: store } });
    const subscribed = guest.frames.take((one) => one["subscribe"] !== undefined);
    const frame = await within(patient, subscribed, "it did not subscribe; observe all of the namespace");
    const { subscription_id: subscription = "" } = objectOf(frame["subscribe"]);
    const note = { reason: "OBSERVED", position: 1n, subscription_id: subscription };
    guest.deliver(register, note);
    const { watched } = await harness.ask({ watch: { store, count: 1 } });
    const seen: readonly JsonObject[] = watched?.observations ?? [];
    if (seen.length !== 1)
      throw new Finding(
        "failed",
        `of one observation it told ${seen.length}; answer \`watch\` with as many as it asks for`,
      );
    await harness.ask({ release: { store } });
    await within(patient, guest.left(), "after `release` it was still there; end the session");
  });
}

async function onStandIn(patient: Patient, look: (standIn: StandIn) => Promise<void>): Promise<string | undefined> {
  const standIn = new StandIn(readKnowledge());
  try {
    await look(standIn);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Finding) return thrown.message;
    throw thrown;
  } finally {
    standIn.stop();
  }
}

/** Waits no longer than the patience lasts. Rejects with a Finding of these words if nothing has come by then. */
async function within<Thing>({ patienceMs }: Patient, coming: Promise<Thing>, words: string): Promise<Thing> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Finding("failed", words)), patienceMs);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
}
