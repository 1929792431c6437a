import {
  type Completeness,
  type CostAnswer,
  FIREWALL_PRICES,
  type Transferred,
} from '../logs/questions/index.ts';
import { bytesWords, type LogsPage, type Sentence } from './logs-page.ts';
import { gapRemarks, spanText } from './logs-remarks.ts';

const WAYS: Readonly<Record<Transferred['way'], string>> = {
  out: 'from private to public addresses',
  in: 'from public to private addresses',
  inside: 'between private addresses',
  other: 'IPv6 and what is neither',
};

/** What the firewall processed and what it costs; unknown where nothing counts bytes. */
export function costPage(
  answer: CostAnswer,
  completeness: Completeness,
  scope: readonly string[],
): LogsPage {
  const head = { question: 'cost', title: `cost, ${spanText(completeness)}`, scope };
  if (answer.kind === 'unknown') {
    return {
      ...head,
      lead: [{ mark: 'warn', text: `unknown: ${answer.why}` }],
      parts: [],
      remarks: [answer.hint, ...gapRemarks(completeness)],
    };
  }
  const { ways, bytes, hours, firewalls, tier, tierWhy, forBytes, forHours } = answer;
  const lead: readonly Sentence[] = [
    {
      mark: 'plain',
      text: `${bytesWords(bytes)} to and from public addresses in ${hours.toFixed(1)} hours`,
    },
    tier === undefined || forBytes === undefined || forHours === undefined
      ? { mark: 'warn', text: `the price is unknown: ${tierWhy}` }
      : {
          mark: 'plain',
          text: `about ${dollars(forBytes)} for what was processed and ${dollars(forHours)} for the hours of ${firewalls === 1 ? `a ${tier} firewall` : `${firewalls} ${tier} firewalls`} (${tierWhy})`,
        },
  ];
  return {
    ...head,
    lead,
    parts: [
      {
        kind: 'table',
        name: 'ways',
        title: 'bytes by way',
        columns: [
          { name: 'way', title: 'way', kind: 'text' },
          { name: 'sent', title: 'there', kind: 'bytes' },
          { name: 'received', title: 'back', kind: 'bytes' },
        ],
        rows: ways.map(({ way, sent, received }) => [WAYS[way], sent, received]),
      },
    ],
    remarks: [
      'counted in VNet flow logs: networks without them are missing, and so is what only another subscription logs',
      'flows to and from public addresses are taken as gone through the firewall; those between private addresses went through it only where a route sends them there, and are not in the sum',
      ...(tier === undefined
        ? []
        : [
            `${FIREWALL_PRICES.basis}, ${FIREWALL_PRICES.asOf}: ${FIREWALL_PRICES.perGigabyte[tier].value} USD a gigabyte (${FIREWALL_PRICES.perGigabyte[tier].standing}), ${FIREWALL_PRICES.perHour[tier].value} USD an hour (${FIREWALL_PRICES.perHour[tier].standing}); your agreement may say otherwise`,
          ]),
      ...gapRemarks(completeness),
    ],
  };
}

function dollars(amount: number): string {
  return `${amount.toFixed(2)} USD`;
}
