import { signalTypeName } from "../../../signal/index.js";

const families: Readonly<Record<string, string>> = {
  TASK: "task",
  AGENT_OUTPUT: "task",
  FINAL: "final",
  RECALL: "recall",
  RECALLED: "recall",
  IMPRINT: "imprint",
  IMPRINTED: "imprint",
  ERROR: "error",
};

/** The type of a Signal: its name, and a colour and a shape for its family. */
export function TypeMark({ type, hasFailed = false }: { readonly type: number; readonly hasFailed?: boolean }) {
  const name = signalTypeName(type);
  const family = hasFailed ? "error" : (families[name] ?? "control");
  return <span class={`type-mark of-${family}`}>{name}</span>;
}
