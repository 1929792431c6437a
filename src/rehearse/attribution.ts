import { type Place, placeless, type SourceText } from '../diagnostics/index.ts';
import type { JournalEntry } from './journal.ts';
import type { ScriptCommand } from './script-commands.ts';

/** A script that was rehearsed, as it is written. */
export interface RehearsedScript {
  readonly source: SourceText;
  readonly commands: readonly ScriptCommand[];
}

/** One run of one command, by the requests it made. */
interface Invocation {
  readonly session: string;
  readonly command: string;
  readonly flags: string;
}

/**
 * Where in the script each request comes from. The CLI says its command and its options with every request (arm-endpoint 2.5); a line is
 * named where only one can be meant, or where as many are written as were run, in order. A loop or a function may run one line often.
 */
export function placesOf(
  journal: readonly JournalEntry[],
  script: RehearsedScript | undefined,
): (entry: JournalEntry) => Place {
  const lines = script === undefined ? new Map<string, number>() : linesOf(journal, script);
  const places = new Map<string, Place>();
  return (entry) => {
    const key = `${entry.session} ${entry.command} ${entry.agent}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = placeOf(entry, script, lines.get(entry.session));
    places.set(key, place);
    return place;
  };
}

/** What made a request, in words. */
export function authorOf({ command, agent, method, path }: JournalEntry): string {
  if (command !== '') return `az ${command}`;
  const [client = ''] = agent.split(/[ /]/);
  return client === '' ? `${method} ${path}` : `${client}: ${method} ${path}`;
}

function placeOf(
  entry: JournalEntry,
  script: RehearsedScript | undefined,
  offset: number | undefined,
): Place {
  const author = authorOf(entry);
  // Without a line the command says what to look for; the first line of the file would mislead.
  if (script === undefined || offset === undefined) return placeless(`rehearsal: ${author}`);
  return { source: script.source, offset, via: [author] };
}

/** Offsets by session. */
function linesOf(
  journal: readonly JournalEntry[],
  { commands }: RehearsedScript,
): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const group of groups(journal)) {
    const { command, flags } = group[0]!;
    const named = commands.filter(
      ({ words }) => words === command || words.startsWith(`${command} `),
    );
    const exact = named.filter((one) => signature(one.flags) === flags);
    const written = exact.length > 0 ? exact : named;
    group.forEach(({ session }, index) => {
      const line =
        written.length === 1
          ? written[0]
          : written.length === group.length
            ? written[index]
            : undefined;
      if (line !== undefined) lines.set(session, line.offset);
    });
  }
  return lines;
}

/** Runs of the same command with the same options, each group in the order run. */
function groups(journal: readonly JournalEntry[]): readonly (readonly Invocation[])[] {
  const seen = new Set<string>();
  const bySignature = new Map<string, Invocation[]>();
  for (const { session, command, parameters } of journal) {
    if (session === '' || command === '' || seen.has(session)) continue;
    seen.add(session);
    const flags = signature(parameters.split(' ').filter((word) => word !== ''));
    const key = `${command} ${flags}`;
    const group = bySignature.get(key);
    if (group === undefined) bySignature.set(key, [{ session, command, flags }]);
    else group.push({ session, command, flags });
  }
  return [...bySignature.values()];
}

function signature(flags: readonly string[]): string {
  return [...new Set(flags)].sort().join(' ');
}
