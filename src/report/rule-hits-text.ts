import type { FirewallHits, RuleHits } from '../lab/run/index.ts';
import { count, safe } from './style.ts';

/** Rules of the lab's firewalls that decided something, most often first; the others are counted and named after them. */
export function ruleHitsText(firewalls: readonly FirewallHits[]): string {
  return firewalls.map(firewallText).join('');
}

/** Named one by one up to here. */
const UNUSED_SHOWN = 10;

function firewallText({ firewall, rules }: FirewallHits): string {
  const used = rules.filter(({ hits }) => hits > 0).sort((a, b) => b.hits - a.hits);
  const unused = rules.filter(({ hits, kind }) => hits === 0 && kind !== 'default');
  const width = Math.max(4, ...used.map(({ hits }) => String(hits).length));
  const more = unused.length - UNUSED_SHOWN;
  return [
    '',
    `rules of ${safe(firewall)} that decided something since they were loaded`,
    ...(used.length === 0 ? ['  none yet'] : []),
    ...used.map((rule) => `  ${String(rule.hits).padStart(width)}  ${ruleText(rule)}`),
    ...(unused.length === 0
      ? []
      : [
          `${count(unused.length, 'rule')} met nothing yet`,
          ...unused.slice(0, UNUSED_SHOWN).map((rule) => `  ${ruleText(rule)}`),
          ...(more > 0 ? [`  and ${more} more: --format json`] : []),
        ]),
    '',
  ].join('\n');
}

function ruleText({ kind, action, policy, group, collection, rule }: RuleHits): string {
  if (kind === 'default') return 'no rule matched: denied';
  const title = [policy, group, collection, rule].filter((part) => part !== '').join('/');
  return `${kind} ${action === 'DNAT' ? 'translate' : action.toLowerCase()}  ${safe(title)}`;
}
