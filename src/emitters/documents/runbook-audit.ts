import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { collectionsOf, ruleCount } from '../diagram/firewall-settings.ts';
import { idleAddresses } from '../diagram/idle-addresses.ts';
import { byKey } from '../diagram/places.ts';
import { compare } from '../diagram/sketch.ts';
import { counted, listed } from '../diagram/words.ts';
import { sallyport, shellBlock } from './command.ts';
import { bullets, code, prose } from './markdown.ts';
import { temporaryThings } from './temporary-rules.ts';

/** What to go through every three months, with what the input shows today. */
export function quarterlyAudit(network: Network, paths: readonly string[]): readonly string[] {
  const { perimeter } = network;
  const items: string[] = [];
  for (const placed of byKey(network.firewalls)) {
    const wide = wildcards(placed);
    items.push(
      `Firewall ${code(placed.firewall.name)}: ${counted(ruleCount(placed), 'rule')}${wide.length === 0 ? '' : `, ${counted(wide.length, 'name')} with a wildcard (${listed(wide.map(code), 5)})`}. Which rules can go: \`sallyport rules\`.`,
    );
  }
  const ranges = byKey(perimeter.clusters).filter(
    ({ apiServer }) => apiServer.authorizedRanges.length > 0,
  );
  for (const { name, apiServer } of ranges) {
    items.push(
      `Cluster ${code(name)}: ${counted(apiServer.authorizedRanges.length, 'authorized range')}. Does each still belong to somebody?`,
    );
  }
  const temporary = temporaryThings(network).length;
  if (temporary > 0) items.push(`${counted(temporary, 'thing')} with an end, listed above.`);
  const idle = idleAddresses(network).map(({ name }) => code(name));
  if (idle.length > 0)
    items.push(
      `${counted(idle.length, 'public address', 'public addresses')} without a use in the input: ${listed(idle, 5)}.`,
    );
  const waiting = byKey(perimeter.privateEndpoints).filter(({ connections }) =>
    connections.some(
      ({ status }) =>
        status !== undefined && !isUnknown(status) && status.toLowerCase() !== 'approved',
    ),
  );
  if (waiting.length > 0)
    items.push(
      `Private endpoints that are not approved: ${listed(
        waiting.map(({ name }) => code(name)),
        5,
      )}.`,
    );
  const commands = [
    sallyport(paths, 'check'),
    ...(network.firewalls.size > 0 ? [sallyport(paths, 'rules')] : []),
    ...(perimeter.kubernetes.pods.length > 0
      ? [
          sallyport(paths, 'matrix'),
          sallyport(paths, 'query', '--from', 'internet', '--to', 'pods'),
        ]
      : []),
  ];
  return [
    '## Every quarter',
    '',
    ...bullets(items),
    ...shellBlock(commands),
    'Retirements that the next half year brings show when the day is moved: add `--as-of` and a day to `check`.',
    '',
  ];
}

function wildcards(placed: Parameters<typeof collectionsOf>[0]): readonly string[] {
  const names = collectionsOf(placed).flatMap(({ collection }) =>
    collection.kind === 'application' && collection.action === 'Allow'
      ? collection.rules.flatMap(({ targetFqdns }) =>
          targetFqdns.flatMap((name) =>
            !isUnknown(name) && name.text.includes('*') ? [name.text] : [],
          ),
        )
      : [],
  );
  return [...new Set(names)].sort(compare);
}

/** Groups to remove, and what stands beside the perimeter in them. Nothing here deletes by itself. */
export function cleanUp(network: Network): readonly string[] {
  const { resources } = network.perimeter.snapshot;
  const groups = new Map<
    string,
    { readonly name: string; readonly subscription: string; count: number }
  >();
  for (const { resourceGroup, subscriptionId, isReference } of resources.values()) {
    if (resourceGroup === '' || isReference === true) continue;
    const key = `${subscriptionId}/${resourceGroup}`.toLowerCase();
    const known = groups.get(key) ?? {
      name: resourceGroup,
      subscription: subscriptionId,
      count: 0,
    };
    known.count += 1;
    groups.set(key, known);
  }
  if (groups.size === 0) return [];
  const rows = [...groups].sort(([a], [b]) => compare(a, b)).map(([, group]) => group);
  const named = rows.filter(({ name }) => /^[-\w.()]+$/.test(name)).slice(0, 20);
  const references = [...resources.values()].filter(({ isReference }) => isReference === true);
  return [
    '## Clean up',
    '',
    'What the input describes lies in these resource groups. List what else is in a group before you delete it; a group goes with everything in it.',
    '',
    ...bullets(
      rows
        .slice(0, 20)
        .map(({ name, count }) => `${code(name)}: ${counted(count, 'resource')} of the input`),
    ),
    ...(references.length === 0
      ? []
      : [
          `Only referred to, so not part of this deployment: ${prose(listed(references.map(({ name }) => name).sort(compare), 8))}.`,
          '',
        ]),
    ...shellBlock(
      named.map(({ name }) => `az resource list --resource-group '${name}' --output table`),
    ),
    'Deleting cannot be undone, and an address that is given back may go to somebody else:',
    '',
    ...shellBlock(named.map(({ name }) => `az group delete --name '${name}'`)),
  ];
}
