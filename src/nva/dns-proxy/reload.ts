import { readFileSync } from 'node:fs';
import { readDnsProxyProgram } from './configuration.ts';
import type { ControlReply } from './control-socket.ts';
import type { FqdnSets } from './fqdn-sets.ts';
import { loadRules } from './load-rules.ts';

/**
 * One transaction that replaces the rules and carries the addresses of names over. No other change is under way meanwhile, so that no
 * address is written to the old table and missing from the new one.
 */
export function reloadRules(
  sets: FqdnSets,
  nft: string,
  rules: string,
  configuration: unknown,
): Promise<ControlReply> {
  const next = readDnsProxyProgram(configuration);
  const text = readFileSync(rules, 'utf8');
  const content = { sets: next.sets, table: next.table };
  return sets.exclusively(async () => {
    const why = await loadRules(nft, [text, ...sets.seedCommands(content), ''].join('\n'));
    if (why !== undefined) return { isDone: false, why };
    sets.seeded(content);
    return { isDone: true };
  });
}
