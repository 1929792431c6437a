/** One request as it was asked and answered. */
export interface JournalEntry {
  /** Counts from 1; what a resource's blame refers to. */
  readonly seq: number;
  /** ISO time. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly apiVersion: string;
  readonly status: number;
  /** The code of the error, when it was one. */
  readonly code: string;
  /** The script command: `network vnet create` (arm-endpoint 2.5). Empty when the client does not say. */
  readonly command: string;
  /** Its options: `-g -n --address-prefixes`. */
  readonly parameters: string;
  readonly agent: string;
  /** The same for all requests of one command. */
  readonly session: string;
  /** The id of the long-running operation it started. */
  readonly operation: string;
}

export interface Journal {
  readonly entries: () => readonly JournalEntry[];
  readonly bySeq: (seq: number) => JournalEntry | undefined;
  readonly add: (entry: JournalEntry) => void;
  readonly nextSeq: () => number;
  readonly clear: () => void;
}

/** As many requests are remembered; older ones are forgotten half of them at a time. */
const ENTRIES_MAX = 100_000;

export function createJournal(loaded: readonly JournalEntry[]): Journal {
  let entries = [...loaded];
  let last = entries.at(-1)?.seq ?? 0;
  return {
    entries: () => entries,
    bySeq: (seq) => {
      // Numbers are given in order without gaps, so the place is known but for what was forgotten.
      const first = entries[0]?.seq ?? 1;
      const near = entries[seq - first];
      return near?.seq === seq ? near : entries.find((entry) => entry.seq === seq);
    },
    add: (entry) => {
      last = Math.max(last, entry.seq);
      entries.push(entry);
      if (entries.length > ENTRIES_MAX) entries = entries.slice(ENTRIES_MAX / 2);
    },
    nextSeq: () => {
      last += 1;
      return last;
    },
    clear: () => {
      entries = [];
    },
  };
}

/** What a request says of the command that made it. Anything may stand in a header: it is cut, and control characters go. */
export function whoAsked(
  headers: Readonly<Record<string, string | undefined>>,
): Pick<JournalEntry, 'command' | 'parameters' | 'agent' | 'session'> {
  const said = (name: string) =>
    (headers[name] ?? '').slice(0, 300).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return {
    command: said('commandname'),
    parameters: said('parametersetname'),
    agent: said('user-agent'),
    session: said('x-ms-client-request-id'),
  };
}
