import { CliError } from "../core/cli-error.js";

/** Opens the live view. There is none yet: throws UNIMPLEMENTED. */
export function openLiveView(): never {
  throw new CliError("UNIMPLEMENTED", "The live view is not in this version of cosmo", {
    hint: "Watch in the terminal with `cosmo doppler`.",
  });
}
