import { type Diagnostic, locate, type Place } from '../diagnostics/index.ts';
import { authorOf, placesOf, type RehearsedScript } from './attribution.ts';
import type { JournalEntry } from './journal.ts';
import type { ScriptCommand } from './script-commands.ts';

/** What a rehearsal has to look at once the script is over. */
export interface ScriptRun {
  readonly script?: RehearsedScript;
  /** The text of the script, when it is known. */
  readonly text: string;
  /** What the script wrote to its error stream; the end of it, where it is long. */
  readonly errors: string;
  /** The requests of this run. */
  readonly journal: readonly JournalEntry[];
}

/** What the person should know of how the script went, beyond what the CLI printed (arm-endpoint 9). */
export function remarksOn(run: ScriptRun): readonly Diagnostic[] {
  return [...emptyVariables(run), ...missingTools(run), ...refusals(run)];
}

const ARGUMENT = /argument ([^\n:]*--?[\w-]+[^\n:]*): expected (?:at least )?one argument/g;

/**
 * An option without a value is nearly always a variable that an earlier command left empty: a `--query` that met nothing, a tool that is
 * not there (arm-endpoint 9.2). The CLI names the option; the script names the variable, and where it was set.
 */
function emptyVariables({ errors, script, text }: ScriptRun): readonly Diagnostic[] {
  const seen = new Set<string>();
  return [...errors.matchAll(ARGUMENT)].flatMap(([, said = '']): Diagnostic[] => {
    const flags = said.split(/[/ ]/).filter((word) => word.startsWith('-'));
    return usersOf(flags, script).flatMap(({ command, variable }): Diagnostic[] => {
      const key = `${variable} ${command.offset}`;
      if (seen.has(key) || script === undefined) return [];
      seen.add(key);
      const set = assignmentOf(variable, text, command.offset);
      const at: Place = { source: script.source, offset: command.offset };
      const line = set === undefined ? undefined : locate({ ...at, offset: set.offset }).line;
      return [
        {
          code: 'rehearse/empty-variable',
          severity: 'error',
          message: `\`$${variable}\` is empty: \`az ${command.words}\` got no value for \`${flags[0]}\``,
          at,
          hint:
            line === undefined || set === undefined
              ? `nothing sets \`${variable}\` before this line`
              : `it is set in line ${line} by \`${set.text}\`, which printed nothing`,
        },
      ];
    });
  });
}

function usersOf(
  flags: readonly string[],
  script: RehearsedScript | undefined,
): readonly { readonly command: ScriptCommand; readonly variable: string }[] {
  const wanted = new Set(flags);
  return (script?.commands ?? []).flatMap((command) => {
    const pattern = /(--?[\w-]+)[ =]+"?\$\{?(\w+)\}?"?(?=\s|$)/g;
    return [...command.text.matchAll(pattern)].flatMap(([, flag = '', variable = '']) => {
      // The CLI takes any beginning of an option that is clear.
      const isMeant = [...wanted].some(
        (one) => one === flag || (flag.length > 4 && one.startsWith(flag)),
      );
      return isMeant ? [{ command, variable }] : [];
    });
  });
}

function assignmentOf(
  variable: string,
  text: string,
  before: number,
): { readonly offset: number; readonly text: string } | undefined {
  const pattern = new RegExp(`^[ \\t]*(?:export[ \\t]+|local[ \\t]+)?${variable}=(.*)$`, 'gm');
  const all = [...text.matchAll(pattern)].filter(({ index }) => index < before);
  const last = all.at(-1);
  return last === undefined
    ? undefined
    : { offset: last.index, text: (last[1] ?? '').slice(0, 160) };
}

/** Programs and extensions that the script calls and this machine has not. */
function missingTools({ errors }: ScriptRun): readonly Diagnostic[] {
  const remarks: Diagnostic[] = [];
  const extensions = [...errors.matchAll(/No extension found with name '([\w-]+)'/g)];
  for (const name of new Set(extensions.map(([, one]) => one))) {
    remarks.push({
      code: 'rehearse/extension-missing',
      severity: 'warning',
      message: `the script adds the CLI extension \`${name}\`, which is not installed; its commands were not rehearsed`,
      hint: `az extension add --name ${name}, once, outside the rehearsal`,
    });
  }
  const programs = [...errors.matchAll(/(?:^|\s)([\w.-]+): (?:command )?not found$/gm)];
  for (const name of new Set(programs.map(([, one]) => one))) {
    remarks.push({
      code: 'rehearse/program-missing',
      severity: 'warning',
      message: `the script calls \`${name}\`, which this machine has not; what it would have printed is empty`,
    });
  }
  if (/An RSA key file or key value must be supplied/.test(errors)) {
    remarks.push({
      code: 'rehearse/ssh-key-missing',
      severity: 'warning',
      message: '`az aks create` stopped before it asked for a cluster: there is no SSH key',
      hint: 'add --generate-ssh-keys or --no-ssh-key to the command',
    });
  }
  return remarks;
}

/** What the endpoint said no to. A 404 is how clients ask whether something is there. */
function refusals({ journal, script }: ScriptRun): readonly Diagnostic[] {
  const places = placesOf(journal, script);
  return journal
    .filter(
      ({ method, status, operation }) =>
        status >= 400 && operation === '' && !isLooking(method, status),
    )
    .map((entry) => ({
      code: 'rehearse/refused' as const,
      severity: 'error' as const,
      message: `\`${authorOf(entry)}\` was refused: ${entry.code} (${entry.method} ${entry.path})`,
      at: places(entry),
    }));
}

function isLooking(method: string, status: number): boolean {
  return status === 404 && (method === 'GET' || method === 'HEAD');
}
