import type { Call } from "../core/call.js";
import { openLiveView, type ViewFlags } from "./live-view.js";

/** `cosmo prism`. */
export async function run(call: Call<ViewFlags>): Promise<undefined> {
  return openLiveView(call);
}
