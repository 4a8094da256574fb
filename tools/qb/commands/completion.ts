import { Argument, type Command } from "commander";
import { completionScript } from "../completion.ts";
import type { Run } from "../program.ts";

/** Bash's completion is there in zsh, too, once it is asked for. */
const before = { bash: "", zsh: "autoload -U +X bashcompinit && bashcompinit\n" } as const;

/** Words that the shell finishes. */
export function completionCommands(program: Command, run: Run): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "which one").choices(Object.keys(before)))
    .description('print what makes a shell finish commands: eval "$(qb completion bash)"')
    .action(
      run(({ out }, _flags, shell) => {
        const script = `${shell === "zsh" ? before.zsh : before.bash}${completionScript(program)}`;
        out.data({ shell, script });
        out.say(script.trimEnd());
      }),
    );
}
