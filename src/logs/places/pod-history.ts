import type { Diagnostic } from '../../diagnostics/index.ts';
import { parseIp } from '../../net/index.ts';
import { parseTimestamp } from '../decode/index.ts';

/** A pod, while it had an address. */
export interface PodStay {
  readonly address: string;
  /** `namespace/workload`, or `namespace/pod` where the file names no workload. */
  readonly workload: string;
  readonly cluster?: string;
  /** Microseconds; open ends are infinite. */
  readonly from: number;
  readonly to: number;
}

export interface PodHistory {
  /** The last pod that began to have the address before that moment and still had it. */
  at(address: string, time: number): PodStay | undefined;
  readonly stays: number;
}

const COLUMNS = ['address', 'namespace', 'workload', 'pod', 'cluster', 'from', 'to'] as const;
type Entry = Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>;

/** Problems that are told one by one. */
const TOLD_MAX = 5;

/**
 * Which pod had which address when: CSV with a header, or one JSON object a line, with the columns `address`, `namespace`, `workload`
 * or `pod`, `cluster`, `from`, `to` (times in ISO form; an end that is not written is open). Lines that say nothing of it are told.
 */
export function parsePodHistory(
  text: string,
  file: string,
): { readonly history: PodHistory; readonly diagnostics: readonly Diagnostic[] } {
  const byAddress = new Map<string, PodStay[]>();
  const problems: string[] = [];
  let stays = 0;
  for (const { line, entry } of entriesOf(text)) {
    const stay = entry === undefined ? 'is no object or row' : stayOf(entry);
    if (typeof stay === 'string') problems.push(`line ${line} ${stay}`);
    else {
      const list = byAddress.get(stay.address);
      if (list === undefined) byAddress.set(stay.address, [stay]);
      else list.push(stay);
      stays += 1;
    }
  }
  for (const list of byAddress.values()) list.sort((a, b) => a.from - b.from);
  const more = problems.length - TOLD_MAX;
  const told = [
    ...problems.slice(0, TOLD_MAX),
    ...(more > 0 ? [`${more} more lines cannot be read`] : []),
  ];
  return {
    history: {
      stays,
      at: (address, time) =>
        byAddress.get(address)?.findLast(({ from, to }) => from <= time && time < to),
    },
    diagnostics: told.map((problem) => ({
      code: 'logs/pod-history',
      severity: 'warning',
      message: `\`${file}\`: ${problem}`,
      hint: `a line has the columns ${COLUMNS.join(', ')}`,
    })),
  };
}

function stayOf(entry: Entry): PodStay | string {
  const { address = '', namespace = '', workload, pod, cluster, from = '', to = '' } = entry;
  if (parseIp(address) === undefined) return 'has no address';
  const name = workload !== undefined && workload !== '' ? workload : (pod ?? '');
  if (name === '') return 'has no workload and no pod';
  const begin = from === '' ? -Infinity : parseTimestamp(from)?.micros;
  const end = to === '' ? Infinity : parseTimestamp(to)?.micros;
  if (begin === undefined || end === undefined) return 'has a time that cannot be read';
  if (end <= begin) return 'ends before it begins';
  const label = namespace === '' ? name : `${namespace}/${name}`;
  return {
    address,
    workload: label,
    ...(cluster === undefined || cluster === '' ? {} : { cluster }),
    from: begin,
    to: end,
  };
}

function* entriesOf(
  text: string,
): Generator<{ readonly line: number; readonly entry: Entry | undefined }> {
  let header: readonly string[] | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const written = raw.trim();
    if (written === '' || written.startsWith('#')) continue;
    const line = index + 1;
    if (written.startsWith('{')) yield { line, entry: jsonEntry(written) };
    else if (header === undefined) header = written.split(',').map((name) => name.trim());
    else {
      const cells = written.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
      const entry = Object.fromEntries(header.map((name, at) => [name, cells[at] ?? '']));
      yield { line, entry: cells.length > header.length ? undefined : entry };
    }
  }
}

function jsonEntry(text: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const texts = Object.entries(value).flatMap(([name, each]) =>
      typeof each === 'string' ? [[name, each] as const] : [],
    );
    return Object.fromEntries(texts);
  } catch {
    return undefined;
  }
}
