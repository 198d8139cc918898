import { Dendrite, type Participant } from "../../dendrite/index.js";
import { createDeferred, systemClock } from "../../foundation/index.js";
import type { BusFlags } from "../core/bus-flags.js";
import type { Call } from "../core/call.js";
import { joinSynapse, readBusOptions } from "../core/join.js";
import { SynapseOperator } from "../../synapse/grpc/index.js";

/** How long somebody waits for a list after pressing a key, milliseconds. */
const patienceMs = 150;

/** Who is on the Synapse that the flags name; nobody if it does not answer at once. */
export async function askRegistry(
  flags: Readonly<Record<string, unknown>>,
  terminal: Call["terminal"],
): Promise<readonly Participant[]> {
  const synapse = await joinSynapse({ ...readStrings(flags), connectTimeout: patienceMs }, terminal);
  const namespace = typeof flags["namespace"] === "string" ? flags["namespace"] : "default";
  const dendrite = new Dendrite({ synapse, namespace, role: "observer" });
  const late = createDeferred<readonly Participant[]>();
  const cancel = systemClock.schedule(patienceMs, () => late.resolve([]));
  try {
    const asked = dendrite.start().then((started) => started.registry());
    return await Promise.race([asked, late.promise]);
  } finally {
    cancel();
    await dendrite.close();
    await synapse.close();
  }
}

/** The namespaces of the Synapse that the flags name, as far as the credential may see them; none if it does not answer. */
export async function askNamespaces(
  flags: Readonly<Record<string, unknown>>,
  terminal: Call["terminal"],
): Promise<readonly string[]> {
  const { url, ...credentials } = readStrings(flags);
  const { token, tls } = readBusOptions({ url, ...credentials, connectTimeout: patienceMs }, terminal);
  using operator = new SynapseOperator(url, {
    timeoutMs: patienceMs,
    ...(token === undefined ? {} : { token }),
    ...(tls === undefined ? {} : { tls }),
  });
  return (await operator.namespaces()).map(({ namespace }) => namespace);
}

function readStrings(flags: Readonly<Record<string, unknown>>): Omit<BusFlags, "namespace" | "connectTimeout"> {
  const text = (name: string): Record<string, string> => {
    const value = flags[name];
    return typeof value === "string" ? { [name]: value } : {};
  };
  const url = typeof flags["url"] === "string" ? flags["url"] : "cosmo://127.0.0.1:7070";
  return { url, ...text("tokenFile"), ...text("ca"), ...text("cert"), ...text("key"), ...text("serverName") };
}
