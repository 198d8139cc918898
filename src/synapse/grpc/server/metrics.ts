import { Counter, Gauge, Registry, collectDefaultMetrics } from "prom-client";
import { errorName } from "../../../errors/index.js";
import { signalTraits, signalTypeName } from "../../../signal/index.js";
import type { Hub, NamespaceFigures } from "../../index.js";

/** What the server counts beside the hub. */
export interface ServerFigures {
  /** Links that are open. */
  readonly links: number;
  /** Sessions that were resumed, ever. */
  readonly resumed: number;
  /** Frames that came, ever. */
  readonly framesReceived: number;
  /** Frames of sessions that were sent, ever. */
  readonly framesSent: number;
}

/**
 * The figures of a Synapse for Prometheus. They are read from the hub's own counters when somebody asks, so that they
 * cost nothing otherwise. Labels are bounded: by the namespaces, the codes and the known types; other types are `other`.
 */
export function createMetrics(hub: Hub, server: () => ServerFigures): Registry {
  const registry = Registry.merge([processFigures()]);
  const counter = counterIn(registry);
  const gauge = gaugeIn(registry);
  describeCounters(hub, counter);
  describeGauges(hub, gauge);
  gauge("links", "Links that are open", (set) => set({}, server().links));
  counter("sessions_resumed", "Sessions that were resumed", (add) => add({}, server().resumed));
  counter("frames_received", "Frames that links brought", (add) => add({}, server().framesReceived));
  counter("frames_sent", "Frames of sessions that links took", (add) => add({}, server().framesSent));
  return registry;
}

let ofProcess: Registry | undefined;

/** The figures of the process, once for all servers in it: what measures them is never let go of again. */
function processFigures(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

type Labels = Record<string, string>;
type Write = (labels: Labels, value: number) => void;
/** Adds a metric whose values are written whenever somebody asks. */
type Describe = (name: string, help: string, collect: (write: Write) => void) => void;

function describeCounters(hub: Hub, counter: Describe): void {
  const each = (write: (figures: NamespaceFigures) => void): void => hub.figures().forEach(write);
  const plain = (name: string, help: string, read: (counters: NamespaceFigures["counters"]) => number): void =>
    counter(name, help, (add) => each(({ namespace, counters }) => add({ namespace }, read(counters))));
  counter("signals_accepted", "Signals that were accepted, by type", (add) =>
    each(({ namespace, counters }) => {
      for (const [type, count] of counters.accepted.entries()) {
        if (count > 0)
          add({ namespace, type: signalTraits(type) === undefined ? "other" : signalTypeName(type) }, count);
      }
    }),
  );
  counter("signals_refused", "Signals that were refused, by the code of the refusal", (add) =>
    each(({ namespace, counters }) => {
      for (const [code, count] of counters.refused) add({ namespace, code: errorName(code) }, count);
    }),
  );
  counter("outcomes_made", "Outcomes that the Synapse made, by the code of the error", (add) =>
    each(({ namespace, counters }) => {
      for (const [code, count] of counters.ended) add({ namespace, code: errorName(code) }, count);
    }),
  );
  plain("accepted_bytes", "Bytes of Signals that were accepted", ({ acceptedBytes }) => acceptedBytes);
  plain("signals_delivered", "Signals that links took", ({ delivered }) => delivered);
  plain("delivered_bytes", "Bytes of Signals that links took", ({ deliveredBytes }) => deliveredBytes);
  plain("gaps", "Gaps that observers were told", ({ gaps }) => gaps);
  plain("signals_missed", "Signals that observers missed", ({ missed }) => missed);
  plain("redeliveries", "Requests that were given again", ({ redelivered }) => redelivered);
}

function describeGauges(hub: Hub, gauge: Describe): void {
  const plain = (name: string, help: string, read: (figures: NamespaceFigures) => number): void =>
    gauge(name, help, (set) =>
      hub.figures().forEach((figures) => set({ namespace: figures.namespace }, read(figures))),
    );
  plain("sessions", "Sessions, resumable ones included", ({ sessions }) => sessions);
  plain("participants", "Live registrations", ({ participants }) => participants);
  plain("requests_in_flight", "Requests without an outcome", ({ requests }) => requests);
  plain("requests_queued", "Requests that wait for a free participant", ({ queued }) => queued);
  plain("traces_open", "Traces that are open", ({ traces }) => traces);
  plain("deliveries_waiting", "What waits for the links of sessions", ({ waiting }) => waiting);
}

/** What is counted for all namespaces together. */
const ofServer: ReadonlySet<string> = new Set(["links", "sessions_resumed", "frames_received", "frames_sent"]);

function labelNamesOf(name: string): string[] {
  if (name === "signals_accepted") return ["namespace", "type"];
  if (name === "signals_refused" || name === "outcomes_made") return ["namespace", "code"];
  return ofServer.has(name) ? [] : ["namespace"];
}

function counterIn(registry: Registry): Describe {
  return (name, help, collect) => {
    const metric = new Counter({
      name: `cosmonapse_${name}_total`,
      help,
      labelNames: labelNamesOf(name),
      registers: [registry],
      collect() {
        metric.reset();
        collect((labels, value) => metric.inc(labels, value));
      },
    });
  };
}

function gaugeIn(registry: Registry): Describe {
  return (name, help, collect) => {
    const metric = new Gauge({
      name: `cosmonapse_${name}`,
      help,
      labelNames: labelNamesOf(name),
      registers: [registry],
      collect() {
        metric.reset();
        collect((labels, value) => metric.set(labels, value));
      },
    });
  };
}
