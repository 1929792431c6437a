import type { AddressTerm, AzureFirewall, FirewallPolicy } from '../../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressesOfPrefixes,
  addressSet,
  addressSetCovers,
  formatAddressSet,
  intersectAddresses,
  isEmptyAddressSet,
  parsePrefix,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { forcedTunnelling } from '../../../semantics/firewall/forced-tunnelling.ts';
import { isUnknown, type Unknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { managed, production } from './cluster-subjects.ts';
import { undecided } from './firewall-settings.ts';
import { firewallsOf } from './firewall-subjects.ts';

/** Which addresses the firewall takes for private, and how many public ones it translates to. */

type Holder = AzureFirewall | FirewallPolicy;

const RFC_1918 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
/** AFW-75: what SNAT takes for private unless told otherwise. */
const DEFAULT_PRIVATE = [...RFC_1918, '100.64.0.0/10'];
const setOf = (texts: readonly string[]): AddressSet =>
  addressesOfPrefixes(texts.map((text) => parsePrefix(text)!));

const privateRanges = eachSubject<Holder>({
  id: 'firewall/private-ranges-incomplete',
  severity: 'warning',
  title: 'A custom list of private ranges keeps the private ranges.',
  explanation:
    'A custom SNAT list replaces the defaults. A range that is left out is translated: on-premises sees firewall addresses instead of clients, and private paths become asymmetric. `0.0.0.0/0` switches translation off for network rules, which ends their internet egress; only a firewall that sends the internet through a tunnel (forced tunnelling) wants that.',
  fix: 'list 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and 100.64.0.0/10 together with your own ranges',
  facts: ['AFW-E14'],
  covers: ['FW-14'],
  subjects: (context) =>
    holders(context).filter(({ settings }) => settings.snatPrivateRanges !== undefined),
  none: 'no custom private ranges',
  key: ({ key }) => key,
  judge: (holder, context) => {
    const terms = holder.settings.snatPrivateRanges ?? [];
    const set = knownOf(terms);
    const places = [{ at: terms[0]?.at ?? holder.at, what: 'private ranges' }];
    if (addressSetCovers(set, ALL_IPV4)) {
      return (
        tunnelled(holder, context) ?? {
          kind: 'fails',
          severity: 'error',
          message: `${holder.name} never translates what network rules allow (0.0.0.0/0 is private to it): none of it reaches the internet.`,
          places,
          evidence: ['0.0.0.0/0 in the private ranges'],
        }
      );
    }
    const unknown = unknownOf(terms);
    if (unknown !== undefined)
      return undecided(`The private ranges of ${holder.name} are not known.`, unknown);
    const missing = DEFAULT_PRIVATE.filter((text) => !addressSetCovers(set, setOf([text])));
    if (missing.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `${holder.name} translates traffic to ${missing.join(', ')} although these ranges are private.`,
      places,
      evidence: missing.map((text) => `${text} is not in the list`),
    };
  },
});

const idpsRanges = eachSubject<FirewallPolicy>({
  id: 'firewall/idps-private-ranges-differ',
  severity: 'note',
  title: 'IDPS knows the same private ranges as SNAT.',
  explanation:
    'IDPS takes only RFC 1918 as internal unless told otherwise, and a list of its own replaces that. Machines in 100.64.0.0/10, or in a range the list leaves out, count as external, so outbound signatures do not fire for them.',
  fix: 'set intrusionDetection.configuration.privateRanges to the ranges in use',
  facts: ['AFW-E15'],
  covers: ['FW-15'],
  subjects: (context) =>
    [...context.perimeter.firewallPolicies.values()].filter(
      (policy) =>
        policy.intrusionDetectionMode !== undefined && policy.intrusionDetectionMode !== 'Off',
    ),
  none: 'no policy uses IDPS',
  key: ({ key }) => key,
  judge: (policy, context) => {
    const mode = policy.intrusionDetectionMode;
    if (isUnknown(mode)) return undecided(`Whether ${policy.name} uses IDPS is not known.`, mode);
    const terms = policy.intrusionDetectionPrivateRanges;
    const listed = terms === undefined ? setOf(RFC_1918) : knownOf(terms);
    const unlisted = subtractAddresses(setOf(DEFAULT_PRIVATE), listed);
    if (isEmptyAddressSet(unlisted)) return HOLDS;
    const unknown = unknownOf(terms ?? []);
    const used = intersectAddresses(usedAddresses(context), unlisted);
    const open = `Whether IDPS of ${policy.name} knows every private address in use cannot be told.`;
    if (!isEmptyAddressSet(used) && unknown === undefined) {
      return {
        kind: 'fails',
        message: `IDPS of ${policy.name} takes ${formatAddressSet(used)} for outside addresses.`,
        places: [{ at: terms?.[0]?.at ?? policy.at, what: 'intrusionDetection' }],
        evidence: [`${formatAddressSet(used)} in use and not among the IDPS private ranges`],
      };
    }
    if (!isEmptyAddressSet(used)) return undecided(open, unknown!);
    const doubt = perhapsUsed(context, unlisted);
    return doubt === undefined ? HOLDS : { kind: 'undecided', message: open, ...doubt };
  },
});

/** Instances a firewall runs at least, unless it is prescaled (AFW-78, AFW-91). */
const INSTANCES_MIN = 2;
const PORTS = 2496;
/** AFW-E11: what the AKS guide takes for production. */
const ADDRESSES_MIN = 20;

const fewAddresses = eachSubject<FirewallPlacement>({
  id: 'firewall/few-public-addresses',
  severity: 'warning',
  title: 'There are enough public addresses for SNAT.',
  explanation:
    'Each public address gives 2,496 ports per instance towards one destination. The AKS guide recommends at least 20 addresses for production (a note elsewhere); exhaustion shows as intermittent failures to one busy destination.',
  fix: 'add public IP configurations from a prefix (20 or more), or attach a NAT gateway to AzureFirewallSubnet',
  facts: ['AFW-E11'],
  covers: ['FW-11', 'O4'],
  subjects: (context) =>
    firewallsOf(context).filter(
      ({ firewall }) => firewall.virtualHub === undefined && managed(context).length > 0,
    ),
  none: 'no firewall in a virtual network beside a cluster',
  key: ({ firewall }) => firewall.key,
  judge: (placement, context) => {
    const { firewall, natGateway } = placement;
    if (natGateway.kind === 'found' || natGateway.kind === 'dangling') return HOLDS;
    const count = placement.publicAddresses.length;
    if (count >= ADDRESSES_MIN) return HOLDS;
    if (natGateway.kind === 'unknown')
      return undecided(
        `Whether a NAT gateway serves ${firewall.name} is not known.`,
        natGateway.unknown,
      );
    // A configuration that is unknown as a whole may be any number of them.
    const open = firewall.ipConfigurations.find(
      ({ subnet, publicIp }) => isUnknown(publicIp) && publicIp === subnet,
    );
    if (open !== undefined)
      return undecided(
        `How many public addresses ${firewall.name} has is not known.`,
        open.publicIp as Unknown,
      );
    const scaled = isUnknown(firewall.minCapacity) ? undefined : firewall.minCapacity;
    const instances = Math.max(scaled ?? INSTANCES_MIN, INSTANCES_MIN);
    return {
      kind: 'fails',
      ...(production(context) ? {} : { severity: 'note' }),
      message: `${firewall.name} has ${count} public ${count === 1 ? 'address' : 'addresses'}: ${(count * instances * PORTS).toLocaleString('en-US')} connections to one destination at a time.`,
      places: [{ at: firewall.at, what: 'ipConfigurations' }],
      evidence: [`${count} × ${instances} instances × 2,496 ports`],
    };
  },
});

export const FIREWALL_RANGE_CHECKS: readonly Check[] = [privateRanges, idpsRanges, fewAddresses];

/** Whoever's list counts: policies, and firewalls without one (AFW-01). */
function holders({ perimeter }: CheckContext): readonly Holder[] {
  return [
    ...[...perimeter.firewalls.values()].filter(({ policy }) => policy === undefined),
    ...perimeter.firewallPolicies.values(),
  ];
}

function knownOf(terms: readonly AddressTerm[]): AddressSet {
  return unionAddresses(
    addressSet(terms.flatMap((term) => (term.kind === 'range' ? [term.range] : []))),
    ...(terms.some(({ kind }) => kind === 'any') ? [ALL_IPV4] : []),
  );
}

function unknownOf(terms: readonly AddressTerm[]): Unknown | undefined {
  const term = terms.find(({ kind }) => kind === 'unknown');
  return term?.kind === 'unknown' ? term.unknown : undefined;
}

/** AFW-74, AFW-76: behind forced tunnelling nothing is meant to be translated here. `undefined`: it is. */
function tunnelled(holder: Holder, context: CheckContext): Judgement | undefined {
  const { perimeter, network } = context;
  const users = firewallsOf(context).filter(({ firewall, policies }) =>
    [firewall.key, ...policies.map(({ key }) => key)].includes(holder.key),
  );
  const matches = users.map((placement) =>
    forcedTunnelling(placement, {
      datasets: perimeter.snapshot.datasets,
      clientResolver: 'unknown',
      ipGroups: perimeter.ipGroups,
      network,
    }),
  );
  if (matches.length === 0 || matches.some(({ kind }) => kind === 'no')) return undefined;
  const why = matches.flatMap((match) => (match.kind === 'unknown' ? match.why : []));
  return why.length === 0
    ? HOLDS
    : {
        kind: 'undecided',
        message: `Whether ${holder.name} may leave every address alone is not known.`,
        missing: why.map(({ missing }) => missing).join('; '),
        at: why[0]?.at ?? holder.at,
      };
}

/** What the firewall may see as a source. Pods of overlay and kubenet clusters leave with the address of their node. */
function usedAddresses({ network }: CheckContext): AddressSet {
  return unionAddresses(...[...network.vnets.values()].map(({ addresses }) => addresses));
}

function perhapsUsed(
  context: CheckContext,
  room: AddressSet,
): { readonly missing: string; readonly at: Holder['at'] } | undefined {
  for (const { vnet, hasUnknownAddresses } of context.network.vnets.values()) {
    if (hasUnknownAddresses && vnet.isReference !== true)
      return { missing: `the addresses of virtual network ${vnet.name}`, at: vnet.at };
  }
  for (const { cluster, name, addressing, podAddresses } of managed(context)) {
    const isOpen = addressing === 'byo' || addressing === 'unknown';
    if (isOpen && !isEmptyAddressSet(intersectAddresses(podAddresses, room)))
      return { missing: `whether pods of ${name} keep their addresses`, at: cluster!.at };
  }
  return undefined;
}
