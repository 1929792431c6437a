import type { Perimeter as Page } from '../../intent/index.ts';
import type { FirewallSettings, VirtualNetwork } from '../../model/index.ts';
import { formatIp } from '../../net/index.ts';
import type { FirewallPlacement, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { known } from './known.ts';
import { pageName, type Remark } from './page-draft.ts';

/** The network of the firewall, else the one with the most peers. */
export function hubOf({ vnets, firewalls }: Network): VirtualNetwork | undefined {
  for (const { subnet } of firewalls.values()) {
    if (subnet.kind === 'found') return subnet.target.vnet;
  }
  return [...vnets.values()].sort((a, b) => b.peers.length - a.peers.length)[0]?.vnet;
}

export function deriveHub(
  network: Network,
  hub: VirtualNetwork,
  remarks: Remark[],
): Page['hub'] | undefined {
  const addressSpace = spaceOf(hub, remarks);
  if (addressSpace === undefined) return undefined;
  const [firewall, ...others] = network.firewalls.values();
  for (const { firewall: other } of others) {
    remarks.push({ what: `firewall ${other.name}`, why: 'a page has one firewall', at: other.at });
  }
  const { perimeter } = network;
  const gateway = [...perimeter.virtualNetworkGateways.values()][0];
  const onPremises = [...perimeter.localNetworkGateways.values()].flatMap(({ prefixes }) =>
    prefixes.flatMap((one) => (isUnknown(one) ? [] : [one.text])),
  );
  if (gateway !== undefined && onPremises.length === 0) {
    const why = 'the ranges behind it are not in the input';
    remarks.push({ what: `gateway ${gateway.name}`, why, at: gateway.at });
  }
  return {
    addressSpace,
    ...subnetsOf(hub, remarks),
    ...(firewall === undefined ? {} : { firewall: deriveFirewall(firewall) }),
    ...(perimeter.bastionHosts.size > 0 ? { bastion: true } : {}),
    ...(gateway === undefined || onPremises.length === 0
      ? {}
      : {
          gateway: {
            kind: /express/i.test(gateway.gatewayType ?? '') ? 'expressRoute' : 'vpn',
            onPremises,
          },
        }),
  };
}

function deriveFirewall(placement: FirewallPlacement): NonNullable<Page['hub']['firewall']> {
  const { firewall, policies, publicAddresses } = placement;
  const policy = policies.at(-1);
  const settings: FirewallSettings = policy?.settings ?? firewall.settings;
  const tier = known(policy?.skuTier) ?? known(firewall.skuTier);
  const zones = firewall.zones.filter((zone): zone is '1' | '2' | '3' => /^[123]$/.test(zone));
  const idps = known(policy?.intrusionDetectionMode);
  const dnsServers = settings.dnsServers.flatMap((one) =>
    isUnknown(one) || one.family !== 4 ? [] : [formatIp(one)],
  );
  const ranges = settings.snatPrivateRanges?.flatMap((one) =>
    one.kind === 'range' && one.text.includes('/') ? [one.text] : [],
  );
  return {
    ...(tier === undefined ? {} : { tier }),
    zones,
    publicIps: Math.max(1, publicAddresses.length),
    dnsProxy: known(settings.dnsProxyEnabled) ?? false,
    threatIntelligence: known(settings.threatIntelMode) ?? 'Alert',
    ...(idps === undefined || idps === 'Off' ? {} : { idps }),
    ...(dnsServers.length === 0 ? {} : { dnsServers }),
    ...(ranges === undefined || ranges.length === 0 ? {} : { privateRanges: ranges }),
    rules: policies.length === 0 ? 'classic' : 'policy',
    ...(policy?.basePolicy === undefined || isUnknown(policy.basePolicy)
      ? {}
      : { basePolicy: policy.basePolicy.id }),
  };
}

/** Every other network, by the name the page calls it. */
export function deriveSpokes(
  network: Network,
  hub: VirtualNetwork | undefined,
  remarks: Remark[],
): { readonly spokes: Page['spokes']; readonly names: ReadonlyMap<string, string> } {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  const spokes: Page['spokes'] = [];
  const networks = [...network.vnets.values()].map(({ vnet }) => vnet);
  const others = networks.length === 1 ? networks : networks.filter((vnet) => vnet !== hub);
  for (const vnet of others) {
    const addressSpace = spaceOf(vnet, remarks);
    if (addressSpace === undefined) continue;
    const name = pageName(vnet.name.replace(/^vnet-/, ''), taken);
    names.set(vnet.key, name);
    spokes.push({ name, addressSpace, ...subnetsOf(vnet, remarks) });
  }
  return { spokes, names };
}

function spaceOf(vnet: VirtualNetwork, remarks: Remark[]): string | undefined {
  const [first, ...more] = vnet.addressSpace.flatMap((one) => (isUnknown(one) ? [] : [one.text]));
  const what = `network ${vnet.name}`;
  if (first === undefined) remarks.push({ what, why: 'its range is not known', at: vnet.at });
  else if (more.length > 0) {
    const why = `a page has one range for a network: ${more.join(', ')} left out`;
    remarks.push({ what, why, at: vnet.at });
  }
  return first;
}

/** Written out, so that nothing moves. */
function subnetsOf(
  vnet: VirtualNetwork,
  remarks: Remark[],
): { readonly subnets?: Record<string, string> } {
  const subnets: Record<string, string> = {};
  for (const { name, prefixes, at } of vnet.subnets) {
    const prefix = prefixes.find((one) => !isUnknown(one));
    if (prefix === undefined || isUnknown(prefix)) {
      remarks.push({ what: `subnet ${vnet.name}/${name}`, why: 'its range is not known', at });
    } else subnets[name] = prefix.text;
  }
  return Object.keys(subnets).length === 0 ? {} : { subnets };
}
