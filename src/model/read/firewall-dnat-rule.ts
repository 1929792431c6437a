import { isUnknown, itemsOf } from '../../values/index.ts';
import type { DnatRule } from '../azure/firewall.ts';
import { addressIn, addressTerms } from './addresses.ts';
import { protocolsIn } from './firewall-network-rule.ts';
import { NAT_PORTS, sourcesOf, withDescription } from './firewall-rule.ts';
import type { Element } from './named.ts';
import { portIn, portsOf } from './ports.ts';
import { report, titleOf, unreadable, valueIn } from './reading.ts';
import { missingMember, required, settingIn } from './scalars.ts';

export function readDnatRule(rule: Element): DnatRule {
  const addresses = itemsOf(valueIn(rule, 'destinationAddresses'));
  const ports = itemsOf(valueIn(rule, 'destinationPorts'));
  const protocols = protocolsIn(rule);
  checkProtocols(rule, protocols);
  return withDescription(rule, {
    key: rule.key,
    name: rule.name,
    at: rule.at,
    sources: sourcesOf(rule),
    protocols,
    destinationAddresses: addressTerms(
      rule,
      'destinationAddresses',
      addresses.length === 0 ? [missingMember(rule, 'destinationAddresses')] : addresses,
    ),
    destinationPorts:
      ports.length === 0
        ? missingMember(rule, 'destinationPorts')
        : portsOf(rule, 'destinationPorts', ports, NAT_PORTS),
    ...readTarget(rule),
    translatedPort: required(rule, 'translatedPort', portIn(rule, 'translatedPort', NAT_PORTS)),
  });
}

/** ARM-46: an address or a name, exactly one of them. */
function readTarget(rule: Element): Pick<DnatRule, 'translatedAddress' | 'translatedFqdn'> {
  const address = addressIn(rule, 'translatedAddress');
  const fqdn = settingIn(rule, 'translatedFqdn');
  const hasFqdn = fqdn !== undefined && fqdn !== '';
  if (address !== undefined && hasFqdn && !isUnknown(rule.value)) {
    reportTarget(rule, 'has a `translatedAddress` and a `translatedFqdn`');
    return { translatedAddress: unreadable(rule, 'translatedAddress', '', rule.at) };
  }
  if (address !== undefined) return { translatedAddress: address };
  if (!hasFqdn) {
    reportTarget(rule, 'has neither a `translatedAddress` nor a `translatedFqdn`');
    return { translatedAddress: unreadable(rule, 'translatedAddress', '', rule.at) };
  }
  // The view has no unknown names; where an unknown name leads is as unknown as an unknown address.
  return isUnknown(fqdn) ? { translatedAddress: fqdn } : { translatedFqdn: fqdn };
}

function reportTarget(rule: Element, says: string): void {
  report(
    rule.reading,
    'error',
    'firewall/translation',
    `${titleOf(rule)} ${says}; Azure wants exactly one`,
    rule.at,
  );
}

/** `Any` is written in the vendor's own walkthrough of AKS egress, so only ICMP is said. */
function checkProtocols(rule: Element, protocols: DnatRule['protocols']): void {
  if (!protocols.includes('ICMP')) return;
  report(
    rule.reading,
    'warning',
    'firewall/protocol',
    `${titleOf(rule)} translates \`ICMP\`; DNAT rules take TCP and UDP`,
    rule.at,
  );
}
