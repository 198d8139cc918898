import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import type { Json } from "../foundation/index.js";
import type { TaskReply } from "../neuron/index.js";

/** An AGENT_OUTPUT as its asker sees it: a part, or the answer. */
export interface Reply<Output = Json> extends TaskReply<Output> {
  /** The Signal that carried it. */
  readonly signal: Signal;
}
