import type { Datasets } from '../facts/index.ts';
import {
  all,
  any,
  atLeast,
  below,
  choose,
  differs,
  distinct,
  type Expression,
  ends,
  equal,
  from,
  least,
  lower,
  most,
  number,
  oneOf,
  over,
  type Pipeline,
  rows,
  rowsWhere,
  text,
  times,
} from '../logs/query/index.ts';
import { SNAT_SECONDS } from '../logs/questions/ask-snat.ts';
import { INSIDE, SNAT_PORTS } from '../logs/questions/snat-budgets.ts';
import { busiestDestinations } from '../logs/questions/snat-questions.ts';
import { DECISION_COLUMNS, decisions } from '../logs/questions/tables.ts';
import type { Network } from '../network/index.ts';
import { requiredEgress } from '../semantics/api-server/required-egress.ts';

/** The moments a rule is asked with: where its history begins, and since when something is news. */
export interface AlertTimes {
  readonly since: Expression<'time'>;
  readonly recent: Expression<'time'>;
}

/** Something to be told about. It fires when its question has rows. */
export interface AlertRule {
  readonly id: 'denied-volume' | 'first-contact' | 'aks-dependency' | 'snat' | 'threat-hit';
  readonly title: string;
  readonly description: string;
  /** Of Azure Monitor: 0 critical to 4 verbose. */
  readonly severity: 0 | 1 | 2 | 3 | 4;
  readonly recentMinutes: number;
  /** How far back it looks, the recent part included; two days is the most that Azure Monitor looks back. */
  readonly historyMinutes: number;
  readonly ask: (times: AlertTimes) => Pipeline;
  /** One line about a row, of which column what. */
  readonly columns: readonly string[];
}

export interface AlertLimits {
  /** Denied records in the recent part that are worth a message at least. */
  readonly deniedAtLeast: number;
  /** Times the usual. */
  readonly deniedTimes: number;
  /** Share of the ports to one destination. */
  readonly snatShare: number;
  readonly publicAddresses: number;
}

export const ALERT_LIMITS: AlertLimits = {
  deniedAtLeast: 20,
  deniedTimes: 3,
  snatShare: 0.8,
  publicAddresses: 1,
};

const HOUR = 60;
const DAY = 24 * HOUR;
/** Two run at the least (AFW). */
const INSTANCES = 2;
const ROWS_MAX = 100;

/** The rules for one perimeter; without one, for any AKS cluster. */
export function alertRules(
  network: Network | undefined,
  datasets: Pick<Datasets, 'requiredEgress'>,
  limits: AlertLimits = ALERT_LIMITS,
): readonly AlertRule[] {
  const budget = SNAT_PORTS * INSTANCES * limits.publicAddresses;
  return [
    {
      id: 'denied-volume',
      title: 'Denied volume rose',
      description: `The firewall denied ${limits.deniedTimes} times as much in the last hour as in a usual one of the day before.`,
      ...{ severity: 2, recentMinutes: HOUR, historyMinutes: DAY },
      ask: (at) => deniedVolume(at, limits),
      columns: ['Stage', 'Recent', 'Usual'],
    },
    {
      id: 'first-contact',
      title: 'First contact to a new destination',
      description:
        'The firewall let something through to a destination that nobody had called in the two days before.',
      ...{ severity: 3, recentMinutes: HOUR, historyMinutes: 2 * DAY },
      ask: firstContact,
      columns: ['Target', 'DestinationPort', 'Sources', 'Records'],
    },
    {
      id: 'aks-dependency',
      title: 'AKS dependency denied',
      description: 'The firewall denied a name that the cluster needs to work.',
      ...{ severity: 1, recentMinutes: HOUR, historyMinutes: HOUR },
      ask: (at) => dependencyDenied(at, neededNames(network, datasets)),
      columns: ['Fqdn', 'DestinationPort', 'Sources', 'Records'],
    },
    {
      id: 'snat',
      title: `SNAT above ${Math.round(limits.snatShare * 100)} %`,
      description: `Connections opened to one destination within four minutes take more than ${Math.round(limits.snatShare * 100)} % of the ${budget} ports there are for it.`,
      ...{ severity: 1, recentMinutes: HOUR, historyMinutes: HOUR },
      ask: (at) => snatUse(at, budget * limits.snatShare),
      columns: ['Target', 'DestinationPort', 'Transport', 'Peak'],
    },
    {
      id: 'threat-hit',
      title: 'Threat hit',
      description: 'Threat intelligence or intrusion detection recognised a flow.',
      ...{ severity: 1, recentMinutes: HOUR, historyMinutes: HOUR },
      ask: threatHits,
      columns: ['Stage', 'SourceIp', 'Target', 'Action', 'Records'],
    },
  ];
}

const decided = (
  since: Expression<'time'>,
  ...stages: readonly ('network' | 'application' | 'threat' | 'idps')[]
) =>
  from(DECISION_COLUMNS, ...decisions(...stages)).where((row) => atLeast(row.TimeGenerated, since));

/** The usual hour is the mean of those before: a day without any denial makes the least number the bar. */
function deniedVolume({ since, recent }: AlertTimes, limits: AlertLimits): Pipeline {
  return decided(since, 'network', 'application')
    .where((row) => equal(row.Action, text('Deny')))
    .summarize((row) => ({
      by: { Stage: row.Stage },
      of: {
        Recent: rowsWhere(atLeast(row.TimeGenerated, recent)),
        Before: rowsWhere(below(row.TimeGenerated, recent)),
      },
    }))
    .extend((row) => ({ Usual: over(row.Before, number(DAY / HOUR - 1)) }))
    .where((row) =>
      all(
        atLeast(row.Recent, number(limits.deniedAtLeast)),
        atLeast(row.Recent, times(row.Usual, number(limits.deniedTimes))),
      ),
    )
    .order('-Recent', 'Stage').pipeline;
}

const target = (row: {
  readonly Fqdn: Expression<'text'>;
  readonly DestinationIp: Expression<'text'>;
}) => choose([[differs(row.Fqdn, text('')), lower(row.Fqdn)]], row.DestinationIp);

/** News only where there is a history: the first records of all must be older. */
function firstContact({ since, recent }: AlertTimes): Pipeline {
  return decided(since, 'network', 'application')
    .where((row) => equal(row.Action, text('Allow')))
    .summarize((row) => ({
      by: { Target: target(row), DestinationPort: row.DestinationPort },
      of: {
        Records: rows,
        Sources: distinct(row.SourceIp),
        First: least(row.TimeGenerated),
        Last: most(row.TimeGenerated),
      },
    }))
    .where((row) => atLeast(row.First, recent))
    .order('-Records', 'Target', 'DestinationPort')
    .take(ROWS_MAX).pipeline;
}

interface Names {
  readonly exact: readonly string[];
  /** `.azurecr.io` */
  readonly below: readonly string[];
}

function dependencyDenied({ recent }: AlertTimes, { exact, below: suffixes }: Names): Pipeline {
  return decided(recent, 'application')
    .where((row) => equal(row.Action, text('Deny')))
    .extend((row) => ({ Name: lower(row.Fqdn) }))
    .where((row) =>
      any(oneOf(row.Name, exact), ...suffixes.map((suffix) => ends(row.Name, suffix))),
    )
    .summarize((row) => ({
      by: { Fqdn: row.Name, DestinationPort: row.DestinationPort },
      of: {
        Records: rows,
        Sources: distinct(row.SourceIp),
        First: least(row.TimeGenerated),
        Last: most(row.TimeGenerated),
      },
    }))
    .order('-Records', 'Fqdn', 'DestinationPort')
    .take(ROWS_MAX).pipeline;
}

function snatUse({ recent }: AlertTimes, ports: number): Pipeline {
  const busiest = busiestDestinations({}, INSIDE, SNAT_SECONDS, ROWS_MAX);
  const isRecent: Expression<'truth'> = atLeast(
    { kind: 'time', is: 'column', name: 'TimeGenerated' },
    recent,
  );
  const isOver = atLeast<'number'>(
    { kind: 'number', is: 'column', name: 'Peak' },
    number(Math.floor(ports)),
  );
  return {
    ...busiest,
    steps: [{ step: 'where', of: isRecent }, ...busiest.steps, { step: 'where', of: isOver }],
  };
}

function threatHits({ recent }: AlertTimes): Pipeline {
  return decided(recent, 'threat', 'idps')
    .summarize((row) => ({
      by: {
        Stage: row.Stage,
        SourceIp: row.SourceIp,
        Target: target(row),
        Action: row.Action,
      },
      of: { Records: rows, First: least(row.TimeGenerated), Last: most(row.TimeGenerated) },
    }))
    .order('-Records', 'SourceIp', 'Target', 'Stage', 'Action')
    .take(ROWS_MAX).pipeline;
}

/** Names that these clusters need, or that clusters need at all; what a placeholder leaves open is everything below it. */
function neededNames(
  network: Network | undefined,
  { requiredEgress: list }: Pick<Datasets, 'requiredEgress'>,
): Names {
  const clusters = network?.clusters.filter(({ cluster }) => cluster !== undefined) ?? [];
  const entries =
    network === undefined || clusters.length === 0
      ? list.entries
      : clusters.flatMap((cluster) =>
          requiredEgress(network, cluster).flatMap(({ entry, applies }) =>
            applies === 'no' ? [] : [entry],
          ),
        );
  const names = entries.flatMap(({ fqdn, required }) =>
    fqdn === undefined || !required ? [] : [fqdn.toLowerCase()],
  );
  const isOpen = (name: string) => /[*{<]/.test(name);
  const suffixes = names.filter(isOpen).flatMap((name) => {
    const suffix = name.slice(Math.max(name.lastIndexOf('*'), name.lastIndexOf('}')) + 1);
    // Of a bare star nothing is left to compare with.
    return suffix.includes('.') && suffix.length > 3 ? [suffix] : [];
  });
  return {
    exact: [...new Set(names.filter((name) => !isOpen(name)))].sort(),
    below: [...new Set(suffixes)].sort(),
  };
}
