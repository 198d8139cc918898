import { Argument, Option, type Command } from "commander";
import { addTargetFlags } from "../core/bus-flags.js";
import { declare } from "../core/declare.js";
import { readWhole } from "../core/numbers.js";

const [port, portMax] = [7070, 65_535];

/** `cosmo synapse …`: starts a bus, looks at one, stops one. */
export function addSynapseCommands(program: Command): void {
  const synapse = program.command("synapse").description("Start a bus, look at one, stop one");
  addStart(synapse);
  declare(
    addTargetFlags(synapse.command("view"))
      .description("Show the namespaces of a bus; of one, its participants and requests in flight")
      .addOption(new Option("-n, --namespace <name>", "the namespace to look into").env("COSMO_NAMESPACE")),
    { load: () => import("./view.js"), exits: [3, 4, 130], example: "cosmo synapse view -n demo" },
  );
  declare(
    addTargetFlags(synapse.command("stop"))
      .description("Stop the work of a namespace, or a bus that was started with --ready-file")
      .addOption(new Option("-n, --namespace <name>", "the namespace whose requests end").env("COSMO_NAMESPACE"))
      .option("--reason <text>", "why, for those who are stopped", "stopped by an operator")
      .option("--end-sessions", "its sessions end as well", false)
      .option("--ready-file <file>", "ends the process that wrote this file; it drains"),
    { load: () => import("./stop.js"), exits: [3, 4, 130], example: "cosmo synapse stop -n demo" },
  );
}

function addStart(synapse: Command): void {
  declare(
    synapse
      .command("start")
      .description("Start a bus, and show what crosses it")
      .addArgument(new Argument("<kind>", "where it keeps what it knows").choices(["memory"]))
      .addOption(
        new Option("-n, --namespace <name>", "the namespace that is shown").default("default").env("COSMO_NAMESPACE"),
      )
      .addOption(new Option("--host <address>", "where to listen").default("127.0.0.1").env("COSMO_HOST"))
      .addOption(
        new Option("--port <number>", "the port; 0: any")
          .default(port)
          .argParser(readWhole(0, portMax))
          .env("COSMO_PORT"),
      )
      .option("-q, --quiet", "show no Signals", false)
      .option("--ready-file <file>", "written as JSON once it listens, removed when it ends")
      .option("--tls-cert <file>", "its certificate chain: TLS")
      .option("--tls-key <file>", "the private key of that")
      .option("--client-ca <file>", "who signs the certificates of callers: mTLS")
      .option("--tokens <file>", "the credentials that callers need, as JSON")
      .option("--insecure", "listen on any address without TLS and tokens", false)
      .addOption(
        new Option("--metrics-port <number>", "where Prometheus finds the figures; 0: any").argParser(
          readWhole(0, portMax),
        ),
      )
      .option("--limit <name=value...>", "limits that differ from the standard"),
    { load: () => import("./start.js"), exits: [130], example: "cosmo synapse start memory --namespace=demo" },
  );
}
