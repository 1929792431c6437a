/** One `az` command as it is written in a script. */
export interface ScriptCommand {
  /** Offset of `az` in the script. */
  readonly offset: number;
  /** `network vnet create`: the words before the first option. */
  readonly words: string;
  /** `-g`, `--name`… as written, without their values. */
  readonly flags: readonly string[];
  /** The text up to its end, on one line. */
  readonly text: string;
}

/** As much of a script is looked at. */
const SCRIPT_MAX = 2_000_000;

/**
 * The `az` commands of a shell script, in the order written. A reader for people's line numbers, not a shell: what is made up at run time
 * (`az $COMMAND`, a command in a variable) is not found, and then has no line.
 */
export function scriptCommands(script: string): readonly ScriptCommand[] {
  const text = script.slice(0, SCRIPT_MAX);
  const found: ScriptCommand[] = [];
  for (const match of text.matchAll(/(?<=^|[\s;&|(`"'{])az[ \t]+(?=[a-z])/gm)) {
    const offset = match.index;
    if (isComment(text, offset)) continue;
    const command = commandAt(text, offset);
    const words: string[] = [];
    const flags: string[] = [];
    for (const word of wordsOf(command).slice(1)) {
      if (word.startsWith('-')) flags.push(word.replace(/=.*/s, ''));
      else if (flags.length === 0 && /^[a-z][a-z0-9-]*$/.test(word)) words.push(word);
    }
    found.push({ offset, words: words.join(' '), flags, text: command });
  }
  return found;
}

/** From `az` to where the shell ends the command, with continued lines joined. */
function commandAt(text: string, offset: number): string {
  let quote = '';
  let depth = 0;
  let index = offset;
  for (; index < text.length; index += 1) {
    const char = text[index]!;
    if (char === '\\' && quote !== "'") {
      index += 1;
      continue;
    }
    if (quote !== '') {
      if (char === quote) quote = '';
      continue;
    }
    if (char === '"' || char === "'") quote = char;
    else if (char === '(') depth += 1;
    else if (char === ')' && depth > 0) depth -= 1;
    else if ('\n;|&)`'.includes(char) && depth === 0) break;
  }
  return text
    .slice(offset, index)
    .replaceAll(/\\\r?\n\s*/g, ' ')
    .trim();
}

/** Quoted texts are one word each. */
function wordsOf(command: string): readonly string[] {
  return command.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+/gs) ?? [];
}

function isComment(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^\s*#/.test(text.slice(start, offset));
}
