import type { Perimeter as Page } from '../../intent/index.ts';
import type {
  AddressTerm,
  ApplicationRule,
  DnatRule,
  NetworkRule,
  RuleCollection,
  Service,
} from '../../model/index.ts';
import { formatIp } from '../../net/index.ts';
import type { FirewallPlacement, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { pageName, type Remark } from './page-draft.ts';
import { portSetOf } from './port-words.ts';

type Egress = NonNullable<Page['egress']>[number];
type Ingress = NonNullable<Page['ingress']>[number];

/** Rules that allow, as ways out for the nodes: behind an overlay the firewall sees nodes and nothing else (AKS-16). */
export function deriveEgress(network: Network, remarks: Remark[]): readonly Egress[] {
  const taken = new Set<string>();
  return collectionsOf(network).flatMap(({ collection }): Egress[] => {
    if (collection.kind === 'unknown') {
      const why = 'its rules could not be read';
      remarks.push({ what: `rule collection ${collection.name}`, why, at: collection.at });
      return [];
    }
    if (collection.kind === 'dnat') return [];
    if (collection.action !== 'Allow') {
      const why = 'a page allows and never denies: what no intent allows is denied';
      remarks.push({ what: `rule collection ${collection.name}`, why, at: collection.at });
      return [];
    }
    return collection.rules.flatMap((rule): Egress[] => {
      const to =
        collection.kind === 'network'
          ? networkTargets(rule as NetworkRule, remarks)
          : applicationTargets(rule as ApplicationRule, remarks);
      if (to.length === 0) return [];
      const why = rule.description?.trim();
      return [
        {
          name: pageName(rule.name, taken),
          from: 'nodes',
          to: to.length === 1 ? to[0]! : [...to],
          ...(why === undefined || why === '' ? {} : { why }),
        },
      ];
    });
  });
}

function applicationTargets(rule: ApplicationRule, remarks: Remark[]): readonly string[] {
  const what = `application rule ${rule.name}`;
  const tags = rule.fqdnTags.flatMap((tag) => (isUnknown(tag) ? [] : [tag.text]));
  const others = tags.filter((tag) => tag.toLowerCase() !== 'azurekubernetesservice');
  if (others.length > 0) {
    remarks.push({ what, why: `a page names no FQDN tags: ${others.join(', ')}`, at: rule.at });
  }
  if (rule.webCategories.length > 0) {
    remarks.push({ what, why: 'a page names no web categories', at: rule.at });
  }
  const ports = rule.protocols.flatMap(({ port }) => (isUnknown(port) ? [] : [port]));
  const names = [...rule.targetFqdns, ...rule.targetUrls].flatMap((one) => {
    if (!isUnknown(one)) return [one.text];
    remarks.push({ what, why: `needs ${one.missing}`, at: one.at });
    return [];
  });
  return names.flatMap((name) => [...new Set(ports)].map((port) => `${name}:${port}`));
}

function networkTargets(rule: NetworkRule, remarks: Remark[]): readonly string[] {
  const what = `network rule ${rule.name}`;
  const { destinationPorts } = rule;
  if (isUnknown(destinationPorts) || rule.protocols.some(isUnknown)) {
    remarks.push({ what, why: 'its ports or protocols are not known', at: rule.at });
    return [];
  }
  if (rule.destinationIpGroups.length > 0) {
    remarks.push({ what, why: 'a page names no IP groups: write their ranges', at: rule.at });
  }
  const protocols = rule.protocols.includes('Any') ? ['TCP', 'UDP'] : rule.protocols;
  if (rule.protocols.includes('ICMP') || rule.protocols.includes('Any')) {
    remarks.push({ what, why: 'a page says TCP and UDP only', at: rule.at });
  }
  const ports = portSetOf(destinationPorts);
  if (ports === undefined) {
    remarks.push({ what, why: 'every port is open: a page names ports', at: rule.at });
    return [];
  }
  const places = [
    ...rule.destinationAddresses.flatMap((term) => placeOf(term, what, remarks)),
    ...rule.destinationFqdns.flatMap((one) => (isUnknown(one) ? [] : [one.text])),
  ];
  return places.flatMap((place) =>
    ports.flatMap((port) =>
      protocols.flatMap((protocol) =>
        protocol === 'TCP' || protocol === 'UDP'
          ? [`${place}:${port}${protocol === 'UDP' ? '/udp' : ''}`]
          : [],
      ),
    ),
  );
}

function placeOf(term: AddressTerm, what: string, remarks: Remark[]): readonly string[] {
  switch (term.kind) {
    case 'range':
      if (/^[\d./]+$/.test(term.text)) return [term.text];
      remarks.push({
        what,
        why: `a page writes ranges as 10.0.0.0/8, not ${term.text}`,
        at: term.at,
      });
      return [];
    case 'service-tag':
      return [`tag:${term.text}`];
    case 'any':
      remarks.push({
        what,
        why: 'every destination is open: a page names destinations',
        at: term.at,
      });
      return [];
    case 'unknown':
      remarks.push({ what, why: `needs ${term.unknown.missing}`, at: term.at });
      return [];
  }
}

/** DNAT rules whose target is the front end of a Service of the input. */
export function deriveIngress(network: Network, remarks: Remark[]): readonly Ingress[] {
  const taken = new Set<string>();
  return collectionsOf(network).flatMap(({ collection }): Ingress[] =>
    collection.kind === 'dnat'
      ? collection.rules.flatMap((rule) => ingressOf(network, rule, taken, remarks))
      : [],
  );
}

function ingressOf(
  network: Network,
  rule: DnatRule,
  taken: Set<string>,
  remarks: Remark[],
): readonly Ingress[] {
  const what = `DNAT rule ${rule.name}`;
  const refuse = (why: string): readonly Ingress[] => {
    remarks.push({ what, why, at: rule.at });
    return [];
  };
  const target = rule.translatedAddress;
  if (target === undefined || isUnknown(target)) return refuse('its target is not known');
  const service = serviceAt(network, formatIp(target));
  if (service === undefined) return refuse('it leads to no Service of the input');
  const app = service.selector?.['app'];
  if (app === undefined) return refuse('a page names pods by their label `app`');
  const publicPort = isUnknown(rule.destinationPorts) ? undefined : rule.destinationPorts[0];
  const port = service.ports[0];
  const from = rule.sources.addresses.flatMap((term) =>
    term.kind === 'range' && /^[\d./]+$/.test(term.text)
      ? [term.text.includes('/') ? term.text : `${term.text}/32`]
      : [],
  );
  if (from.length === 0)
    remarks.push({
      what,
      why: 'it is open to everybody: a page wants the ranges of clients',
      at: rule.at,
    });
  return [
    {
      name: pageName(service.name, taken),
      to: { namespace: service.namespace, app },
      via: 'firewall',
      ...(port === undefined ? {} : { port: port.port }),
      ...(typeof port?.targetPort === 'number' ? { targetPort: port.targetPort } : {}),
      ...(publicPort === undefined ? {} : { publicPort }),
      ...(from.length === 0 ? {} : { from }),
      ...(service.loadBalancerIp === undefined ? {} : { address: service.loadBalancerIp }),
      service: service.name,
    },
  ];
}

function serviceAt(network: Network, address: string): Service | undefined {
  for (const { loadBalancerServices } of network.clusters) {
    for (const { service, address: known } of loadBalancerServices) {
      if (service.loadBalancerIp === address) return service;
      if (service.annotations['service.beta.kubernetes.io/azure-load-balancer-ipv4'] === address)
        return service;
      if (known.isExact && service.ingressAddresses.includes(address)) return service;
    }
  }
  return undefined;
}

function collectionsOf({ firewalls }: Network): readonly {
  readonly collection: RuleCollection;
  readonly firewall: FirewallPlacement;
}[] {
  return [...firewalls.values()].flatMap((firewall) => {
    const collections =
      firewall.policies.length === 0
        ? firewall.firewall.collections
        : firewall.policies.flatMap(({ groups }) => groups.flatMap((group) => group.collections));
    return collections.map((collection) => ({ collection, firewall }));
  });
}
