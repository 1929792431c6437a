import type { Network } from '../../network/index.ts';
import { byKey } from '../diagram/places.ts';
import { denialQueries, logsOf } from './firewall-logs.ts';
import { code, fenced } from './markdown.ts';

const FIREWALLS_MAX = 4;

/** Where the logs of this perimeter are, and how to ask them what was denied. */
export function logsAndDenials(network: Network): readonly string[] {
  const firewalls = byKey(network.firewalls).slice(0, FIREWALLS_MAX);
  if (firewalls.length === 0) return [];
  return [
    '## Where the logs are, and what was denied',
    '',
    ...firewalls.flatMap(({ firewall }) => {
      const logs = logsOf(network, firewall.key);
      if (logs === undefined) {
        return [
          `Firewall ${code(firewall.name)} has no diagnostic setting in the input: nothing of it is logged as far as the files say. Add one of type \`Dedicated\` with the categories \`AZFWNetworkRule\`, \`AZFWApplicationRule\`, \`AZFWNatRule\`, \`AZFWThreatIntel\` and \`AZFWDnsQuery\` before you need them.`,
          '',
        ];
      }
      const queries = denialQueries(logs.tables, firewall.name);
      const head = `Firewall ${code(firewall.name)} sends ${logs.categories.length === 0 ? 'no category' : logs.categories.map(code).join(', ')}.`;
      if (queries.length === 0) {
        return [
          head,
          'Into which table is not known from the input: a setting of type `Dedicated` fills tables of their own.',
          '',
        ];
      }
      return [
        head,
        '',
        'A denial without a rule is the default action: nothing allowed it. `ActionReason` says so.',
        '',
        ...queries.flatMap((query) => fenced('kusto', query)),
      ];
    }),
  ];
}
