import { Argument, type Command } from "commander";
import { declare } from "../core/declare.js";

/** Adds `cosmo completion`, and the hidden `cosmo complete` that its scripts call. */
export function addCompletionCommands(program: Command): void {
  const completion = program
    .command("completion")
    .description("Print a script that completes commands in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
To have it in each new shell:
  bash   echo 'source <(cosmo completion bash)' >> ~/.bashrc
  zsh    echo 'source <(cosmo completion zsh)' >> ~/.zshrc
  fish   cosmo completion fish > ~/.config/fish/completions/cosmo.fish`,
    );
  declare(completion, {
    load: () => import("./script.js"),
    exits: [],
    example: "source <(cosmo completion bash)",
  });
  const complete = program.command("complete", { hidden: true }).argument("[words...]").allowUnknownOption();
  declare(complete, {
    load: async () => {
      const { complete: run } = await import("./complete.js");
      return { run: (call) => run(program, call) };
    },
    exits: [],
    example: "cosmo complete -- dispatch --ne",
  });
}
