import { LIMIT_TABLE } from "../../../gen/cosmonapse/v1/tables.js";
import { isName } from "../../signal/index.js";
import { SynapseServer, type Listening, type SynapseServerOptions } from "../../synapse/grpc/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { explainPort } from "../core/port-owner.js";
import { removeReadyFile, writeReadyFile } from "../core/ready-file.js";
import { untilAborted } from "../core/until-aborted.js";
import { tail } from "../doppler/tail.js";

interface StartFlags {
  readonly namespace: string;
  readonly host: string;
  readonly port: number;
  readonly quiet: boolean;
  readonly readyFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly tokens?: string;
  readonly insecure: boolean;
  readonly metricsPort?: number;
  readonly limit?: readonly string[];
}

/** `cosmo synapse start`: a bus until it is told to end; then it finishes what it accepted. */
export async function run(call: Call<StartFlags>): Promise<undefined> {
  const { options, output, abort } = call;
  if (!isName(options.namespace)) throw usage("namespace", `'${options.namespace}' is no name: [A-Za-z0-9_-]{1,64}`);
  const server = new SynapseServer({
    ...readServerOptions(options),
    onError: (error) => output.note(`cosmo: ${error.message}`),
  });
  const listening = await server.start().catch(async (thrown: unknown) => {
    await server.close();
    throw await explainPort(thrown, options);
  });
  try {
    const facts = describe(listening, options);
    if (options.readyFile !== undefined) writeReadyFile(options.readyFile, facts);
    await announce(call, listening, facts);
    // JSON is the one object of who is ready; the Signals are for people and for those who read lines.
    if (options.quiet || output.format === "json") await untilAborted(abort);
    else await tail({ synapse: server.local(), namespaces: [options.namespace], output, abort });
    output.note("cosmo: the Synapse is draining; a second Ctrl-C ends at once");
  } finally {
    await server.drain();
    if (options.readyFile !== undefined) removeReadyFile(options.readyFile);
  }
  return undefined;
}

function readServerOptions(flags: StartFlags): SynapseServerOptions {
  const { host, port, insecure, metricsPort, tokens, tlsCert, tlsKey, clientCa, limit = [] } = flags;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw usage("tls-cert", "--tls-cert and --tls-key are given together");
  }
  if (clientCa !== undefined && tlsCert === undefined) throw usage("client-ca", "--client-ca needs --tls-cert");
  return {
    host,
    port,
    insecure,
    limits: Object.fromEntries(limit.map(readLimit)),
    ...(metricsPort === undefined ? {} : { metricsPort }),
    ...(tokens === undefined ? {} : { tokens: { file: tokens } }),
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : {
          tls: { certFile: tlsCert, keyFile: tlsKey, ...(clientCa === undefined ? {} : { clientCaFile: clientCa }) },
        }),
  };
}

function readLimit(text: string): [string, number] {
  const [, name = "", value = ""] = /^(\w+)=(\d+)$/.exec(text) ?? [];
  if (Object.hasOwn(LIMIT_TABLE, name)) return [name, Number(value)];
  throw new CliError("INVALID_ARGUMENT", `--limit: '${text}' is no limit and its value, as in maxInFlight=256`, {
    field: "limit",
    available: Object.keys(LIMIT_TABLE),
  });
}

/** What scripts are told. */
interface Facts {
  readonly url: string;
  readonly namespace: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly metrics_url?: string;
}

function describe({ url, host, port, metricsUrl }: Listening, { namespace }: StartFlags): Facts {
  const metrics = metricsUrl === undefined ? {} : { metrics_url: metricsUrl };
  return { url, namespace, host, port, pid: process.pid, ...metrics };
}

async function announce(
  { output, options }: Call<StartFlags>,
  { url, metricsUrl }: Listening,
  facts: Facts,
): Promise<void> {
  const { bold, cyan, dim } = output.colors;
  await output.result(facts, () =>
    [
      `${bold(cyan("Synapse"))} at ${bold(url)}, kept in memory: what it knows ends with it`,
      dim(`  namespace  ${options.namespace}`),
      dim(`  connect    const synapse = await connectSynapse("${url}");`),
      dim(`  watch      cosmo doppler --url ${url} -n ${options.namespace}`),
      ...(metricsUrl === undefined ? [] : [dim(`  metrics    ${metricsUrl}`)]),
      dim("  stop       Ctrl-C"),
    ].join("\n"),
  );
}

function usage(field: string, message: string): CliError {
  return new CliError("INVALID_ARGUMENT", message, { field, hint: "See `cosmo synapse start --help`." });
}
