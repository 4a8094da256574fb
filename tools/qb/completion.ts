import type { Command } from "commander";

/** What may follow one command, such as `dlq redrive`; the program itself is the empty one. */
interface Place {
  readonly path: string;
  readonly words: readonly string[];
  readonly subcommands: readonly string[];
}

/**
 * A script by which bash, and zsh with bash's completion, finish the commands and options of `qb`.
 * It is written from the commands themselves and asks nobody, so that it is quick.
 */
export function completionScript(program: Command): string {
  const places = placesOf(program, "");
  const globals = optionsOf(program);
  const deeper = places
    .filter(({ subcommands }) => subcommands.length > 0)
    .map(({ path, subcommands }) => `      ${patterns(path, subcommands)}) path="$path $word" ;;`);
  const offered = places.map(
    ({ path, words }) =>
      `    ${quoted(path)}) words=${quoted([...words, ...(path ? globals : [])].join(" "))} ;;`,
  );
  return `# bash: eval "$(qb completion bash)"; zsh: eval "$(qb completion zsh)"
_qb() {
  local path="" word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$path $word" in
${deeper.join("\n")}
    esac
  done
  case "$path" in
${offered.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _qb qb
`;
}

function placesOf(command: Command, path: string): readonly Place[] {
  const subcommands = command.commands.map((sub) => sub.name());
  return [
    { path, subcommands, words: [...subcommands, ...optionsOf(command)] },
    ...command.commands.flatMap((sub) => placesOf(sub, `${path} ${sub.name()}`)),
  ];
}

const optionsOf = (command: Command) =>
  command.options.flatMap(({ long }) => (long == null ? [] : [long]));

const patterns = (path: string, subcommands: readonly string[]) =>
  subcommands.map((name) => quoted(`${path} ${name}`)).join("|");

const quoted = (text: string) => `"${text}"`;
