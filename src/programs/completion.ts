import type { Command, Option } from 'commander';

/** The supported shells. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A command of the tree, and its possible arguments. */
interface Place {
  /** The words of the command, without `oauth10`. */
  readonly path: readonly string[];
  readonly commands: readonly Word[];
  readonly options: readonly Word[];
  /** Whether a file may follow. */
  readonly takesFile: boolean;
}

interface Word {
  readonly word: string;
  readonly description: string;
}

/** A completion script, generated from the command tree. It runs no program when it completes. */
export function completionScript(root: Command, shell: (typeof SHELLS)[number]): string {
  const places = placesOf(root, []);
  if (shell === 'fish') return fishScript(places);
  const script = bashScript(places);
  // zsh can run bash completions.
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${script}` : script;
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  return [
    {
      path,
      commands: commands.map((one) => ({ word: one.name(), description: one.description() })),
      options: help.visibleOptions(command).flatMap(wordsOf),
      takesFile:
        command.registeredArguments.some((one) => one.name() === 'FILE') ||
        command.options.some((one) => one.flags.includes('<FILE>')),
    },
    ...commands.flatMap((one) => placesOf(one, [...path, one.name()])),
  ];
}

const wordsOf = ({ long, description }: Option): Word[] =>
  long ? [{ word: long, description }] : [];

/** Finds the command from the previous words that are commands. Does not recognize the values of options. */
function bashScript(places: readonly Place[]): string {
  const cases = places.map(({ path, commands, options, takesFile }) => {
    const words = [...commands, ...options].map(({ word }) => word).join(' ');
    const files = takesFile ? '; files=yes' : '';
    return `    '${path.join(' ')}') words='${words}'${files} ;;`;
  });
  const known = places.filter(({ path }) => path.length > 0).map(({ path }) => path.join(' '));
  return `# Completion of oauth10 for bash.
_oauth10() {
  local current="\${COMP_WORDS[COMP_CWORD]}" place='' words='' files='' i word next
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    next="\${place:+$place }$word"
    case "$next" in
      ${known.map((one) => `'${one}'`).join(' | ')}) place="$next" ;;
    esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _oauth10 oauth10
`;
}

function fishScript(places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
  const lines = places.flatMap(({ path, commands, options, takesFile }) => {
    // The condition: this command, and none of its subcommands.
    const isHere = [
      ...path.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(path.length === 0 || commands.length > 0
        ? [`not __fish_seen_subcommand_from ${commands.map(({ word }) => word).join(' ')}`]
        : []),
    ].join('; and ');
    const line = (rest: string, description: string) =>
      `complete -c oauth10 -n ${quoted(isHere)} ${rest} -d ${quoted(description)}`;
    return [
      ...commands.map(({ word, description }) => line(`-a ${word}`, description)),
      ...options.map(({ word, description }) => line(`-l ${word.slice(2)}`, description)),
      ...(takesFile ? [`complete -c oauth10 -n ${quoted(isHere)} -F`] : []),
    ];
  });
  return `# Completion of oauth10 for fish.\ncomplete -c oauth10 -f\n${lines.join('\n')}\n`;
}
