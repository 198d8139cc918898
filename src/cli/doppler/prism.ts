import type { ExitCode } from "../core/exit-code.js";
import { openLiveView } from "./live-view.js";

/** `cosmo prism`. */
export async function run(): Promise<ExitCode> {
  return openLiveView();
}
