import type { DnatRule } from '../../model/index.ts';
import { type FirewallPlacement, type Network, targetOf } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { dnsProxy, ruleCount, threatIntelMode } from './firewall-settings.ts';
import { boxesAt, type HeldBox } from './holders.ts';
import { byKey, internet, outsideAddress, standsIn } from './places.ts';
import { type Publication, publicationText, publishedBy, serviceText } from './publications.ts';
import type { Sketch } from './sketch.ts';
import { counted, knownAddressText, listed, settingText } from './words.ts';

/** Firewalls with what they publish (DNAT). Rules are counted, not drawn. */
export function drawFirewalls(network: Network, sketch: Sketch): void {
  for (const placed of byKey(network.firewalls)) {
    drawFirewall(network, placed, sketch);
    drawPublications(network, placed, sketch);
  }
}

function drawFirewall(network: Network, placed: FirewallPlacement, sketch: Sketch): void {
  const { firewall, policies } = placed;
  const subnet = firewall.ipConfigurations.find((each) => each.subnet !== undefined)?.subnet;
  const proxy = dnsProxy(placed);
  const rules = counted(ruleCount(placed), 'rule');
  sketch.put(standsIn(network, subnet, firewall, sketch), {
    id: firewall.key,
    kind: 'firewall',
    name: firewall.name,
    lines: [
      knownAddressText(placed.privateAddress),
      counted(placed.publicAddresses.length, 'public address', 'public addresses'),
      placed.missingPolicy === undefined ? rules : `${rules}, and a policy not in the input`,
      `threat intelligence ${settingText(threatIntelMode(placed), '')}`,
    ],
    tooltip: [
      // AFW-07: without a tier it is Standard.
      `tier ${settingText(firewall.skuTier, 'Standard')}`,
      firewall.zones.length === 0 ? 'no zones written' : `zones ${firewall.zones.join(', ')}`,
      ...(firewall.policy === undefined
        ? ['classic rules']
        : policies.map(({ name }) => `policy ${name}`)),
      `DNS proxy ${isUnknown(proxy) ? settingText(proxy, '') : proxy ? 'on' : 'off'}`,
      ...placed.publicAddresses
        .slice(0, 12)
        .map(
          ({ address, publicIp }) =>
            `${publicIp?.name ?? 'public address'}: ${knownAddressText(address)}`,
        ),
    ],
    layer: 'network',
  });
}

/** One edge in, and one on per target; ports are on the edge, rules in its tooltip. */
function drawPublications(network: Network, placed: FirewallPlacement, sketch: Sketch): void {
  const published = publishedBy(placed);
  if (published.length === 0) return;
  const { key } = placed.firewall;
  sketch.link({
    from: internet(sketch),
    to: key,
    meaning: 'dnat',
    label: joined(published.map(({ rule }) => serviceText(rule))),
    tooltip: published.slice(0, TOLD).map(publicationText),
  });
  const byTarget = new Map<string, { readonly box: HeldBox; readonly rules: Publication[] }>();
  for (const publication of published) {
    for (const box of targetsOf(network, placed, publication.rule, sketch)) {
      const known = byTarget.get(`${box.standing} ${box.id}`) ?? { box, rules: [] };
      known.rules.push(publication);
      byTarget.set(`${box.standing} ${box.id}`, known);
    }
  }
  for (const { box, rules } of byTarget.values()) {
    const ports = joined(
      rules.map(({ rule }) => `to ${settingText(rule.translatedPort, 'its port')}`),
    );
    sketch.link({
      from: key,
      to: box.id,
      meaning: 'dnat',
      standing: box.standing,
      label: box.standing === 'unknown' ? 'perhaps' : ports,
      tooltip: rules.slice(0, TOLD).map(publicationText),
    });
  }
}

const TOLD = 20;

function targetsOf(
  network: Network,
  { subnet }: FirewallPlacement,
  rule: DnatRule,
  sketch: Sketch,
): readonly HeldBox[] {
  if (rule.translatedFqdn !== undefined) {
    return [{ id: outsideAddress(sketch, rule.translatedFqdn), standing: 'unknown' }];
  }
  if (rule.translatedAddress === undefined) return [];
  return boxesAt(network, rule.translatedAddress, targetOf(subnet)?.vnet.key, sketch);
}

function joined(texts: readonly string[]): string {
  return listed([...new Set(texts)].sort(), 2);
}
