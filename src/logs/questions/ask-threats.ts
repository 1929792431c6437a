import { askScans, type Scan } from './ask-denied.ts';
import { askRows } from './ask-rows.ts';
import type { Asking } from './asking.ts';
import { longNames, threats } from './threat-questions.ts';

/** A hit of threat intelligence or IDPS. Times in microseconds. */
export interface ThreatHit {
  readonly stage: string;
  readonly source: string;
  readonly who: string;
  readonly target: string;
  readonly port: number;
  readonly action: string;
  readonly description: string;
  readonly records: number;
  readonly first: number;
  readonly last: number;
}

/** A source that asks for many long names below one domain, as data that leaves through DNS does. */
export interface LongNames {
  readonly source: string;
  readonly who: string;
  readonly domain: string;
  readonly names: number;
  readonly queries: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface ThreatsAnswer {
  readonly hits: readonly ThreatHit[];
  readonly scans: readonly Scan[];
  readonly longNames: readonly LongNames[];
}

/** Different long names below one domain that one source asks for, before it is told: CDNs use a few. */
const NAMES_MIN = 10;

/** @param known scans that were looked for already */
export async function askThreats(
  asking: Asking,
  count: number,
  known?: readonly Scan[],
): Promise<ThreatsAnswer> {
  const { engine, window, locate, said } = asking;
  const hits = (await askRows(engine, threats(window, count), said)).map((row): ThreatHit => {
    const source = row.text('SourceIp');
    const last = row.number('Last');
    return {
      ...{ stage: row.text('Stage'), source, who: locate(source, last).label },
      ...{ target: row.text('Target'), port: row.number('DestinationPort') },
      ...{ action: row.text('Action'), description: row.text('Description') },
      ...{ records: row.number('Records'), first: row.number('First'), last },
    };
  });
  const long = (await askRows(engine, longNames(window, count), said))
    .filter((row) => row.number('Names') >= NAMES_MIN)
    .map((row): LongNames => {
      const source = row.text('SourceIp');
      const last = row.number('Last');
      return {
        ...{ source, who: locate(source, last).label, domain: row.text('Domain') },
        ...{ names: row.number('Names'), queries: row.number('Records') },
        ...{ bytes: row.number('Bytes'), first: row.number('First'), last },
      };
    });
  return { hits, scans: known ?? (await askScans(asking)), longNames: long };
}
