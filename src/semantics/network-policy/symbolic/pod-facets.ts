import type { PodClass } from '../../../model/index.ts';
import { type AddressSet, addressSetHas, IPV4_LAST, type Ip, parseIp } from '../../../net/index.ts';
import { atomAt, intervalAtoms, type LineValue } from '../../../packets/index.ts';
import type { CalicoEnd, PolicySet, Rule } from '../policy.ts';
import type { ClusterView } from './cluster-view.ts';

/** What else than labels makes a difference between pods, as a text. */
export function facetOf(view: ClusterView): (pod: PodClass) => string {
  const names = portNamesOf(view.policies);
  const accounts = asksServiceAccounts(view.policies);
  const sides = sidesOf(blocksOf(view.policies));
  return (pod) => {
    let facet = pod.os ?? '';
    facet += sides(pod.address, pod.hostNetwork);
    if (accounts) facet += ` sa ${pod.namespace}/${pod.serviceAccount}`;
    for (const { name, port, protocol } of pod.ports) {
      if (name !== undefined && names.has(name)) facet += ` ${name}=${port}/${protocol}`;
    }
    // A host-network pod is its node.
    if (pod.hostNetwork) facet += ` host ${pod.nodeName ?? ''} ${pod.address ?? ''}`;
    return facet;
  };
}

/** Which blocks hold an address, as a short text. Told once per interval between the ends of blocks. */
function sidesOf(
  blocks: readonly AddressSet[],
): (address: string | undefined, isHost: boolean) => string {
  if (blocks.length === 0) return () => '';
  const atoms = intervalAtoms<LineValue>(
    0,
    IPV4_LAST,
    blocks.map(({ v4 }) => v4),
  );
  const ofAtom = new Map<number, string>();
  const texts = new Map<string, string>();
  const among = (ip: Ip): string => {
    const key = blocks.map((block) => (addressSetHas(block, ip) ? '1' : '0')).join('');
    const text = texts.get(key) ?? ` block ${texts.size}`;
    texts.set(key, text);
    return `${text} v${ip.family}`;
  };
  return (address, isHost) => {
    const ip = address === undefined ? undefined : parseIp(address);
    // Without an address a pod may have any of its range: the same for all, and for all in the same way.
    if (ip === undefined) return isHost ? ' some node' : ' some pod';
    if (ip.family === 6) return among(ip);
    const atom = atomAt(atoms, ip.value);
    const text = ofAtom.get(atom) ?? among(ip);
    ofAtom.set(atom, text);
    return text;
  };
}

function portNamesOf(set: PolicySet): ReadonlySet<string> {
  const names = new Set<string>();
  for (const rule of rulesOf(set)) {
    if (rule.ports !== 'any') {
      for (const port of rule.ports) if (port.kind === 'named') names.add(port.name);
    }
    for (const end of endsOf(rule)) {
      for (const port of [...(end.ports ?? []), ...(end.notPorts ?? [])]) {
        if (port.kind === 'named') names.add(port.name);
      }
    }
  }
  for (const { ports } of set.objects.services) {
    for (const { targetPort } of ports) if (typeof targetPort === 'string') names.add(targetPort);
  }
  return names;
}

/** Every different address set something is compared with. */
function blocksOf(set: PolicySet): readonly AddressSet[] {
  const blocks = new Map<string, AddressSet>();
  const add = (block: AddressSet): void => {
    blocks.set(`${block.v4.join()} ${block.v6.join()}`, block);
  };
  for (const rule of rulesOf(set)) {
    if (rule.peers !== 'any') {
      for (const peer of rule.peers) if (peer.kind === 'block') add(peer.addresses);
    }
    for (const end of endsOf(rule)) {
      if (end.nets !== undefined) add(end.nets);
      if (end.notNets !== undefined) add(end.notNets);
    }
  }
  for (const { addresses } of set.objects.endpointSlices) {
    for (const text of addresses) {
      const ip = parseIp(text);
      if (ip?.family === 4) add({ v4: [ip.value, ip.value], v6: [] });
      if (ip?.family === 6) add({ v4: [], v6: [ip.value, ip.value] });
    }
  }
  return [...blocks.values()];
}

/** Only Calico and Cilium know service accounts. */
function asksServiceAccounts(set: PolicySet): boolean {
  return set.policies.some(({ type }) => type === 'calico' || type === 'cilium');
}

function* rulesOf({ policies }: PolicySet): Generator<Rule> {
  for (const { ingress, egress } of policies) {
    yield* ingress ?? [];
    yield* egress ?? [];
  }
}

function endsOf({ calico }: Rule): readonly CalicoEnd[] {
  return calico === undefined ? [] : [calico.source, calico.destination];
}
