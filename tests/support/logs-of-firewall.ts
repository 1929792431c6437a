import type { LoggedFlow } from '../../src/evidence/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork, type FirewallPlacement, type Network } from '../../src/network/index.ts';
import { readFolder } from './read-back.ts';

/** A folder of the project as a network, and its firewall. */
export async function perimeterIn(
  folder: string,
): Promise<{ readonly network: Network; readonly placement: FirewallPlacement }> {
  const network = deriveNetwork(readPerimeter(await readFolder(folder)));
  return { network, placement: [...network.firewalls.values()][0]! };
}

const NO_RULE = { policy: '', group: '', collection: '', rule: '' };

/** Logged decisions for cases by hand: an allowed HTTPS connection unless told. */
export function logged(flow: Partial<LoggedFlow>): LoggedFlow {
  const log = flow.log ?? 'application';
  return {
    log,
    protocol: log === 'application' ? 'HTTPS' : 'TCP',
    source: '10.42.1.4',
    destination: '',
    fqdn: '',
    port: 443,
    action: 'Allow',
    reason: '',
    by: NO_RULE,
    records: 1,
    first: 0,
    last: 0,
    ...flow,
  };
}

/** `collection/rule` of classic rules, `policy/group/collection/rule` of others. */
export function ruleNamed(name: string): LoggedFlow['by'] {
  const parts = name.split('/');
  const [collection = '', rule = ''] = parts.slice(-2);
  const [policy = '', group = ''] = parts.length > 2 ? parts : [];
  return { policy, group, collection, rule };
}
