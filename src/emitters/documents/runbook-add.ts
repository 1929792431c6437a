import { type FirewallPlacement, type Network, targetOf } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { ENGINES } from '../diagram/draw-clusters.ts';
import { collectionsOf } from '../diagram/firewall-settings.ts';
import { byKey } from '../diagram/places.ts';
import { wayOutOf } from '../diagram/way-out.ts';
import { sallyport, shellBlock, shellWord } from './command.ts';
import { workloadEnds } from './ends.ts';
import { code, facts } from './markdown.ts';
import { placeText } from './place-text.ts';

/** The steps to let one workload call one more name, on both layers, and how to see that nothing else opens. */
export function addDestination(network: Network, paths: readonly string[]): readonly string[] {
  const firewalls = firewallsOfClusters(network);
  if (firewalls.length === 0) return [];
  const [workload] = workloadEnds(network);
  const [path = '.'] = paths;
  const approved = shellWord('approved');
  return [
    '## Add an allowed destination',
    '',
    '1. Keep what is approved today beside your change:',
    '',
    ...shellBlock([`cp -R ${shellWord(path)} ${approved}`]),
    `2. Add the name to an application rule: the exact name, HTTPS and its port ${facts('AFW-44', 'AFW-51')}. A wildcard lets the workload reach whoever can publish there. ${collectionText(firewalls)}`,
    '',
    '   Say in the description who asked, why, and `until` which day if it is temporary (`until 2027-03-31`): the next section lists those.',
    '',
    ...policyStep(network),
    ...(workload === undefined
      ? []
      : [
          '4. Walk the new flow. Replace the name by yours:',
          '',
          ...shellBlock([
            sallyport(paths, 'trace', '--from', workload, '--to', 'api.example.com:443'),
          ]),
        ]),
    `${workload === undefined ? '4' : '5'}. See what the change opens, and that it opens nothing else:`,
    '',
    ...shellBlock([`sallyport diff ${approved} ${shellWord(path)}`]),
    'In a pipeline, `--fail-on opened` makes that a gate.',
    '',
  ];
}

function firewallsOfClusters(network: Network): readonly FirewallPlacement[] {
  const found = new Map<string, FirewallPlacement>();
  for (const { pools } of network.clusters) {
    for (const { nodeSubnet } of pools) {
      const subnet = targetOf(nodeSubnet);
      const way = subnet === undefined ? undefined : wayOutOf(network, subnet);
      if (way?.kind !== 'appliance') continue;
      for (const { owner } of way.holders) {
        if (owner.kind === 'firewall-private')
          found.set(owner.firewall.firewall.key, owner.firewall);
      }
    }
  }
  return byKey(found);
}

function collectionText(firewalls: readonly FirewallPlacement[]): string {
  const places = firewalls.flatMap((firewall) =>
    collectionsOf(firewall)
      .filter(
        ({ collection }) => collection.kind === 'application' && collection.action === 'Allow',
      )
      .map(({ path, collection }) => {
        const priority = isUnknown(collection.priority)
          ? 'priority not known'
          : `priority ${collection.priority}`;
        return `${code(path)} (${priority}) ${placeText(collection.at)}`.trimEnd();
      }),
  );
  if (places.length === 0)
    return 'There is no application rule collection that allows yet: add one.';
  const shown = places.slice(0, 6).join(', ');
  const left = places.length - 6;
  return `Collections that allow: ${shown}${left > 0 ? ` and ${left} more` : ''}. Lower priority numbers are tried first ${facts('AFW-11')}.`;
}

function policyStep(network: Network): readonly string[] {
  const engines = [...new Set(network.clusters.map(({ policyEngine }) => policyEngine))];
  const [engine] = engines;
  const text =
    engines.length !== 1 || engine === undefined || engine === 'unknown'
      ? 'Open the same way in the network policy of the workload, if an engine enforces policies: which one does is not known from the input.'
      : engine === 'none'
        ? `No engine enforces network policies here, so there is no policy to change ${facts('AZN-52')}.`
        : engine === 'cilium' || engine === 'calico'
          ? `Open the same way in the egress policy of the workload, enforced by ${ENGINES[engine]} ${facts('AZN-52')}. A Kubernetes NetworkPolicy knows addresses and labels; a policy that knows names is one of the engine.`
          : `Open the same way in the egress policy of the workload, enforced by ${ENGINES[engine]} ${facts('AZN-52')}. It knows addresses and labels, not names.`;
  return [`3. ${text}`, ''];
}
