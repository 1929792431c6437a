import {
  addressSetsOverlap,
  formatAddressSet,
  intersectAddresses,
  isEmptyAddressSet,
} from '../../../net/index.ts';
import type { PeerLink, SubnetPlacement, VnetPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { undecided } from './firewall-settings.ts';

interface PeerSubject {
  readonly vnet: VnetPlacement;
  readonly peer: PeerLink;
}

const overlappingPeers = eachSubject<PeerSubject>({
  id: 'network/peering-overlap',
  severity: 'error',
  title: 'Peered networks use different addresses.',
  explanation:
    'Azure refuses peerings between networks whose address ranges overlap, at creation and when a range is added later.',
  fix: 'renumber one network, or peer only the subnets that differ',
  facts: ['AZN-02'],
  covers: ['NET-01', 'F2'],
  subjects: peersOf,
  none: 'no peering',
  key: ({ peer }) => peer.peering.key,
  judge: ({ vnet, peer }, context) => {
    if (peer.remote.kind !== 'found') return remoteMissing(peer);
    const remote = context.network.vnets.get(peer.remote.target.key);
    if (remote === undefined) return HOLDS;
    const both = intersectAddresses(vnet.addresses, remote.addresses);
    if (isEmptyAddressSet(both)) {
      return vnet.hasUnknownAddresses || remote.hasUnknownAddresses
        ? {
            kind: 'undecided',
            message: `Whether ${vnet.vnet.name} and ${remote.vnet.name} overlap is not known.`,
            missing: 'all their address prefixes',
            at: peer.peering.at,
          }
        : HOLDS;
    }
    if (peer.peering.peerCompleteVnets === false || isUnknown(peer.peering.peerCompleteVnets))
      return overlapOfSubnets(context, vnet, remote, peer);
    return {
      kind: 'fails',
      message: `${vnet.vnet.name} and ${remote.vnet.name} are peered and both use ${formatAddressSet(both)}.`,
      places: [
        { at: peer.peering.at, what: `peering ${peer.peering.name}` },
        { at: vnet.vnet.at, what: vnet.vnet.name },
      ],
      evidence: [formatAddressSet(both)],
    };
  },
});

const incompletePeering = eachSubject<PeerSubject>({
  id: 'network/peering-incomplete',
  severity: 'error',
  title: 'Every peering has both halves, connected and in sync.',
  explanation:
    'A peering is two resources. With one half missing, or its state not Connected, nothing flows; out of sync, the last agreed prefixes are routed and new ones are not.',
  fix: 'create the other half; delete and recreate a disconnected one; synchronise after changing an address space',
  facts: ['AZN-02', 'AZN-04'],
  covers: ['NET-02'],
  subjects: peersOf,
  none: 'no peering',
  key: ({ peer }) => peer.peering.key,
  judge: ({ vnet, peer }) => {
    if (peer.state === 'unknown') return remoteMissing(peer);
    const level = peer.peering.peeringSyncLevel;
    const sync = isUnknown(level) ? undefined : level?.toLowerCase();
    const outOfSync = sync !== undefined && sync !== 'fullyinsync';
    if (peer.state === 'connected' && isUnknown(level)) {
      return undecided(`Whether peering ${peer.peering.name} is in sync is not known.`, level);
    }
    if (peer.state === 'connected' && !outOfSync) return HOLDS;
    const isBroken = peer.state === 'broken';
    const why = isBroken ? peer.why : `peeringSyncLevel is ${sync}`;
    return {
      kind: 'fails',
      message: isBroken
        ? `Peering ${peer.peering.name} of ${vnet.vnet.name} does not work: ${why}.`
        : `Peering ${peer.peering.name} of ${vnet.vnet.name} is out of sync: prefixes changed since the last agreement are not routed.`,
      places: [{ at: peer.peering.at, what: `peering ${peer.peering.name}` }],
      evidence: [why],
    };
  },
});

const forwardedTraffic = eachSubject<PeerSubject>({
  id: 'network/forwarded-traffic-refused',
  severity: 'warning',
  title: 'Spokes accept what the hub firewall forwards to them.',
  explanation:
    'Packets that a hub appliance forwards (spoke to spoke, on-premises, DNAT without source translation) need allowForwardedTraffic on the spoke’s own peering object. Tests have seen the flag ignored, so this is a warning, never a proof of blocking.',
  fix: 'set allowForwardedTraffic to true on the spoke’s peering',
  facts: ['AZN-02'],
  covers: ['NET-03'],
  subjects: (context) =>
    peersOf(context).filter(({ peer }) => {
      const remote = peer.remote.kind === 'found' ? peer.remote.target.key : undefined;
      return [...context.network.firewalls.values()].some(
        (firewall) =>
          firewall.subnet.kind === 'found' && firewall.subnet.target.vnet.key === remote,
      );
    }),
  none: 'no network is peered with a firewall’s network',
  key: ({ peer }) => peer.peering.key,
  judge: ({ vnet, peer }) => {
    const flag = peer.peering.allowForwardedTraffic;
    if (flag === true) return HOLDS;
    if (isUnknown(flag))
      return undecided(`Whether ${vnet.vnet.name} takes forwarded traffic is not known.`, flag);
    return {
      kind: 'fails',
      message: `${vnet.vnet.name} may refuse what the firewall in ${peer.remote.kind === 'found' ? peer.remote.target.name : 'the hub'} forwards to it.`,
      places: [
        {
          at: peer.peering.at,
          what: `allowForwardedTraffic: ${flag === undefined ? 'not set' : 'false'}`,
        },
      ],
      evidence: [`allowForwardedTraffic is ${flag === undefined ? 'not set (false)' : 'false'}`],
      changes: [{ at: peer.peering.at, path: ['properties', 'allowForwardedTraffic'], to: true }],
    };
  },
});

export const NETWORK_PEERING_CHECKS: readonly Check[] = [
  overlappingPeers,
  incompletePeering,
  forwardedTraffic,
];

function peersOf(context: CheckContext): readonly PeerSubject[] {
  return [...context.network.vnets.values()].flatMap((vnet) =>
    vnet.peers.map((peer) => ({ vnet, peer })),
  );
}

/**
 * A peering of single subnets needs only these to differ, and which they are is not read: certain when no subnet
 * of one network overlaps one of the other.
 */
function overlapOfSubnets(
  context: CheckContext,
  vnet: VnetPlacement,
  remote: VnetPlacement,
  peer: PeerLink,
): Judgement {
  const of = (placement: VnetPlacement): readonly SubnetPlacement[] =>
    placement.subnetKeys.flatMap((key) => context.network.subnets.get(key) ?? []);
  const flag = peer.peering.peerCompleteVnets;
  const clash = of(vnet).some((own) =>
    of(remote).some((other) => addressSetsOverlap(own.addresses, other.addresses)),
  );
  if (!isUnknown(flag) && !clash) return HOLDS;
  return {
    kind: 'undecided',
    message: `Whether ${vnet.vnet.name} and ${remote.vnet.name} overlap is not known.`,
    missing: isUnknown(flag) ? flag.missing : `the subnets that peering ${peer.peering.name} joins`,
    at: peer.peering.at,
  };
}

function remoteMissing(peer: PeerLink): Judgement {
  if (peer.state === 'connected') return HOLDS;
  return {
    kind: 'undecided',
    message: `The other side of peering ${peer.peering.name} is not known.`,
    missing: peer.why,
    at: peer.peering.at,
  };
}
