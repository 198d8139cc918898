import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { clip, makeHarmless, Tap, type SignalRecord } from "../../doppler/index.js";
import { fromTimestamp } from "../../signal/index.js";
import type { Synapse } from "../../synapse/index.js";
import type { BusFlags } from "../core/bus-flags.js";
import type { Call } from "../core/call.js";
import type { ExitCode } from "../core/exit-code.js";
import { joinSynapse } from "../core/join.js";
import type { Colors } from "../core/output.js";
import { drawTable } from "../core/table.js";

interface ListFlags extends BusFlags {
  readonly kind?: string;
}

interface Row {
  readonly id: string;
  readonly role: string;
  readonly kind: string;
  readonly capabilities: readonly string[];
  readonly version: string;
  readonly max_in_flight: number;
  readonly retry_safe: boolean;
  readonly store_id: string;
  readonly description: string;
  /** Who registered it, as the Signal says. */
  readonly source: string;
  /** When it was registered, by its own clock. */
  readonly since: string;
}

/** `cosmo registry list`. */
export async function run({ options, output, terminal, abort }: Call<ListFlags>): Promise<ExitCode | undefined> {
  const synapse = await joinSynapse(options, terminal, abort);
  try {
    const rows = await takeRegistrations({ synapse, namespace: options.namespace, abort });
    const { kind } = options;
    const wanted = rows.filter((row) => kind === undefined || row.kind === kind || row.role === kind.toLowerCase());
    const none = `Nobody is in ${options.namespace}${kind === undefined ? "" : ` of kind ${makeHarmless(kind)}`}.`;
    if (wanted.length === 0 && output.format === "text") output.note(none);
    else await output.result(wanted, () => draw(wanted, output.colors));
  } finally {
    await synapse.close();
  }
  return undefined;
}

interface Place {
  readonly synapse: Synapse;
  readonly namespace: string;
  readonly abort: AbortSignal;
}

async function takeRegistrations(place: Place): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const record of new Tap(place)) {
    if (record.kind === "note" && record.about === "live") break;
    // Those of a new session come again.
    if (record.kind === "note") rows.length = 0;
    const row = record.kind === "signal" && record.isSnapshot ? toRow(record) : undefined;
    if (row !== undefined) rows.push(row);
  }
  return rows.sort((one, other) => compare(one.role, other.role) || compare(one.id, other.id));
}

function toRow({ signal: { body, source, createdAt } }: SignalRecord): Row | undefined {
  if (body?.$case !== "register") return undefined;
  const { id, role, kind, capabilities, version, maxInFlight, retrySafe, storeId, description } = body.value;
  return {
    id,
    role: role === ParticipantRole.ENGRAM ? "engram" : "neuron",
    kind,
    capabilities,
    version,
    max_in_flight: maxInFlight,
    retry_safe: retrySafe,
    store_id: storeId,
    description,
    source,
    since: createdAt === undefined ? "" : new Date(fromTimestamp(createdAt)).toISOString(),
  };
}

const textMax = 40;

function draw(rows: readonly Row[], colors: Colors): string {
  const heads = ["ID", "ROLE", "KIND", "CAPABILITIES", "HOST", "SINCE", "VERSION", "DESCRIPTION"];
  const lines = rows.map(({ id, role, kind, capabilities, source, since, version, description }) => {
    const paint = role === "engram" ? colors.magenta : colors.cyan;
    const texts = [kind, capabilities.join(" "), source, since.slice(0, 19).replace("T", " "), version, description];
    return [paint(id), role, ...texts.map((text) => clip(makeHarmless(text), textMax))];
  });
  return drawTable(heads, lines, colors);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
