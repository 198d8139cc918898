import type { DopplerRecord, ShortView } from "../../doppler/index.js";
import { joinView } from "../../doppler/index.js";
import type { Colors } from "../core/output.js";

type Paint = (text: string) => string;

/** A line in its colours: by type, failures red, everything that repeats itself dim. */
export function paintLine(view: ShortView, record: DopplerRecord, colors: Colors): string {
  if (record.kind === "gap") return colors.yellow(joinView(view));
  if (record.kind === "note") return colors.dim(joinView(view));
  const paint = paintOf(view.type.trim(), colors);
  const isFailed = record.refused !== undefined || record.signal.body?.$case === "error";
  return joinView({
    ...view,
    time: colors.dim(view.time),
    delta: colors.dim(view.delta),
    trace: colors.dim(view.trace),
    type: paint(view.type),
    text: isFailed ? colors.red(view.text) : view.text,
  });
}

function paintOf(type: string, colors: Colors): Paint {
  const paints: Readonly<Record<string, Paint>> = {
    TASK: colors.cyan,
    AGENT_OUTPUT: colors.green,
    FINAL: colors.bold,
    RECALL: colors.magenta,
    RECALLED: colors.magenta,
    IMPRINT: colors.blue,
    IMPRINTED: colors.blue,
    ERROR: colors.red,
    STOP: colors.yellow,
    STOPPED: colors.yellow,
  };
  return paints[type] ?? colors.dim;
}
