import type {
  Completeness,
  SnatAnswer,
  SnatBudget,
  SnatDestination,
} from '../logs/questions/index.ts';
import { counted, countWords, type LogsPage, type Sentence, timeWords } from './logs-page.ts';
import { gapRemarks, hasDecisions, noDecisions, spanText } from './logs-remarks.ts';
import { count } from './style.ts';

/** Ports per destination over time against what there is, and when they run out. */
export function snatPage(
  answer: SnatAnswer,
  completeness: Completeness,
  scope: readonly string[],
): LogsPage {
  const { destinations, starts, seconds, budgets, silent } = answer;
  const isSeveral = budgets.length > 1;
  const nameOf = (one: SnatDestination) => nameIn(one, answer);
  return {
    question: 'snat',
    title: `SNAT ports, ${spanText(completeness)}`,
    scope,
    lead: [
      ...(hasDecisions(completeness)
        ? []
        : [noDecisions(completeness, 'how many ports were used')]),
      ...destinations.slice(0, 3).map((one) => snatSentence(one, answer)),
      ...budgets.map((budget): Sentence => ({ mark: 'plain', text: budgetText(budget) })),
    ],
    parts: [
      {
        kind: 'chart',
        name: 'connections',
        title: 'new connections in 4 minutes, by destination',
        ...{ starts, seconds },
        series: destinations.slice(0, 8).map((one) => ({ name: nameOf(one), values: one.series })),
        gaps: completeness.gaps.filter(
          ({ kind }) => kind === 'all' || kind === 'network' || kind === 'application',
        ),
      },
      {
        kind: 'table',
        name: 'destinations',
        title: 'destinations by their busiest 4 minutes',
        columns: [
          ...(isSeveral ? [{ name: 'firewall', title: 'firewall', kind: 'text' as const }] : []),
          { name: 'target', title: 'to', kind: 'text' },
          { name: 'port', title: 'port', kind: 'text' },
          { name: 'transport', title: '', kind: 'text' },
          { name: 'peak', title: 'peak', kind: 'count' },
          { name: 'perAddress', title: 'each', kind: 'count' },
          { name: 'share', title: 'of budget', kind: 'share' },
          { name: 'peakAt', title: 'when', kind: 'time' },
          { name: 'addressesNeeded', title: 'addresses', kind: 'count' },
          { name: 'forecast', title: 'forecast', kind: 'detail' },
        ],
        rows: destinations.map(({ budget, ...one }) => [
          ...(isSeveral ? [budget.firewall] : []),
          ...[one.target, String(one.port), one.transport, one.peak],
          ...[
            budget.publicAddresses === undefined ? undefined : one.peak / budget.publicAddresses,
            one.share,
            one.peakAt,
          ],
          ...[one.addressesNeeded, forecastText(one)],
        ]),
      },
    ],
    remarks: [
      'connections are counted as they open and taken to hold their port for 4 minutes, the idle timeout: short ones hold it for less, busy long ones for more; the metric SNATPortUtilization has the measured value',
      'a name may stand for several addresses, each with ports of its own: for names the share is an upper bound of what opens',
      ...(destinations.some(({ isPrivate }) => isPrivate)
        ? [
            'private addresses outside the private ranges of a firewall are counted; whether it reaches them from a public address or from its own is not stated',
          ]
        : []),
      ...(silent.length === 0
        ? []
        : [`no log says what ${silent.join(' and ')} let out: its ports are not counted`]),
      ...gapRemarks(completeness),
    ],
  };
}

export function snatSentence(one: SnatDestination, answer: SnatAnswer): Sentence {
  const { share, forecast, budget } = one;
  const mark =
    share >= 0.8 || forecast.kind === 'over'
      ? 'bad'
      : forecast.kind === 'reached'
        ? 'warn'
        : 'plain';
  const used = `${counted(one.peak, 'new connection')} in 4 minutes at ${timeWords(one.peakAt)}, ${(share * 100).toFixed(share < 0.1 ? 1 : 0)} % of ${countWords(budget.ports)} ports`;
  const next = forecast.kind === 'steady' ? '' : `; ${forecastText(one)}`;
  return { mark, text: `${nameIn(one, answer)}: ${used}${next}` };
}

/** With the firewall, where there are several. */
function nameIn({ target, port, transport, budget }: SnatDestination, { budgets }: SnatAnswer) {
  const from = budgets.length > 1 ? ` through ${budget.firewall}` : '';
  return `${target}:${port}${transport === 'UDP' ? '/udp' : ''}${from}`;
}

function budgetText({ firewall, publicAddresses, instances, ports, why }: SnatBudget): string {
  const addresses =
    publicAddresses === undefined
      ? `for one public address${firewall === undefined ? '' : ` of ${firewall}`}`
      : `of ${firewall ?? 'the firewall'} with ${count(publicAddresses, 'public address', 'public addresses')}`;
  const sum = `${countWords(ports)} ports to one destination ${addresses}: 2,496 for each of at least ${instances} instances`;
  return why === undefined ? sum : `${sum} (${why})`;
}

export function forecastText({ forecast }: Pick<SnatDestination, 'forecast'>): string {
  switch (forecast.kind) {
    case 'steady':
      return `steady: ${forecast.why}`;
    case 'unknown':
      return `no forecast: ${forecast.why}`;
    case 'over':
      return `above 80 % since ${timeWords(forecast.since)}`;
    case 'reached': {
      const { at, earliest, latest, perHour, basedOn } = forecast;
      const [low, high] = [timeWords(earliest), latest === undefined ? 'never' : timeWords(latest)];
      const range = low === high ? '' : `, between ${low} and ${high}`;
      return `80 % about ${timeWords(at)} UTC${range}, should it go on so: ${countWords(Math.round(perHour))} more per hour, by a straight line through the last ${basedOn} points and two standard errors to either side`;
    }
  }
}
