import { RestProgramError } from '../rest/rest-program.js';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Splits a copied shell command into words. Supports blanks, quotes, `$'…'`, backslashes and line continuations. Runs
 * and expands nothing.
 *
 * @throws RestProgramError for variables, substitutions and operators, which need a shell
 */
export function shellWords(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  const until = (end: string, isEscaped: boolean, isAnsi: boolean): string => {
    let text = '';
    for (; at < command.length; at += 1) {
      const character = command[at] ?? '';
      if (character === end) {
        at += 1;
        return text;
      }
      if (end === '"' && (character === '`' || character === '$')) refuse(character);
      if (character !== '\\' || !isEscaped) {
        text += character;
        continue;
      }
      at += 1;
      text += escaped(command[at] ?? '', isAnsi);
    }
    throw new RestProgramError(`The command has a ${end} that is not closed.`);
  };
  while (at < command.length) {
    const character = command[at] ?? '';
    at += 1;
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'") word = (word ?? '') + until("'", false, false);
    else if (character === '"') word = (word ?? '') + until('"', true, false);
    else if (character === '$' && command[at] === "'") {
      at += 1;
      word = (word ?? '') + until("'", true, true);
    } else if (character === '\\') {
      const next = command[at] ?? '';
      // A line continuation. On Windows the line ends with CRLF.
      const skipped = next === '\r' && command[at + 1] === '\n' ? 2 : 1;
      at += skipped;
      if (next !== '\n' && skipped === 1) word = (word ?? '') + next;
    } else if ('$`;|&<>()'.includes(character)) refuse(character);
    else word = (word ?? '') + character;
  }
  return word === undefined ? words : [...words, word];

  function escaped(character: string, isAnsi: boolean): string {
    if (character === '\n') return '';
    if (!isAnsi) return '"\\$`'.includes(character) ? character : `\\${character}`;
    if (character !== 'u' && character !== 'x') {
      return (
        SIMPLE_ESCAPES[character] ?? ('\'"\\!?'.includes(character) ? character : `\\${character}`)
      );
    }
    const digits = /^[0-9A-Fa-f]{1,4}/.exec(
      command.slice(at + 1, at + (character === 'u' ? 5 : 3)),
    );
    if (!digits) return `\\${character}`;
    at += digits[0].length;
    return String.fromCharCode(parseInt(digits[0], 16));
  }
}

function refuse(character: string): never {
  throw new RestProgramError(
    `The command has ${character}, which only a shell understands: put in its value, or quote it with '…'.`,
  );
}
