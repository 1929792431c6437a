import type { Gap } from '../../diagnostics/index.ts';
import type { NetworkSecurityGroup } from '../../model/index.ts';
import { type AddressSet, addressSet, formatPrefix, unionAddresses } from '../../net/index.ts';
import type { SubnetPlacement } from '../../network/index.ts';
import { AddressSets } from './address-sets.ts';
import {
  ENDPOINT_MARK,
  type FabricInput,
  formatMark,
  OUTSIDE_MARK,
  subnetMarks,
} from './fabric-input.ts';
import { isEndpoint } from './fabric-routing.ts';
import { type FrontEndView, matchOfView, rulesOfView } from './front-end-view.ts';
import { nftMap } from './nft-map.ts';
import { METADATA_SERVICE, PLATFORM_DNS, prefixesOfSubnet, type Seat } from './seat.ts';
import { platformChain, securityChain } from './security-chains.ts';
import { layeredSecurityChain } from './security-layers.ts';
import { type ReadyRule, readyRules } from './security-rules.ts';
import { tagsOfSubnet } from './security-tags.ts';

export interface FabricNftables {
  readonly text: string;
  readonly gaps: readonly Gap[];
}

/**
 * What a fabric does beside routing: it marks packets by the cable they come in by, and asks the network security groups. Nothing is
 * translated here. Groups are stateful: the answer to an allowed flow asks nobody (AZN-30). A packet that crosses the fabric twice, with
 * an appliance between, is still new the second time as long as nobody answered, so the group at its end is asked too.
 */
export function fabricNftables(input: FabricInput): FabricNftables {
  const { fabric, seats } = input;
  const marks = subnetMarks(input);
  const chains = new GroupChains(input);
  const outgoing: string[] = [];
  const incoming: string[] = [];
  const platform: string[] = [];
  const own: string[] = [];
  for (const seat of seats) {
    const judged = chains.of(seat);
    own.push(...judged.lines);
    if (judged.outbound !== undefined) outgoing.push(`"${seat.host}" : jump ${judged.outbound}`);
    if (judged.inbound !== undefined) incoming.push(`"${seat.host}" : jump ${judged.inbound}`);
    if (judged.platform !== undefined) platform.push(`"${seat.host}" : jump ${judged.platform}`);
  }
  const cables = [
    ...seats.map(
      (seat) =>
        `"${seat.host}" : ${formatMark(isEndpoint(seat) ? ENDPOINT_MARK : (marks.get(seat.subnet.subnet.key) ?? 0))}`,
    ),
    `"${fabric.edge}" : ${formatMark(OUTSIDE_MARK)}`,
    `"${fabric.platform}" : ${formatMark(OUTSIDE_MARK)}`,
  ];
  const ofPods = podMarks(input, marks);
  const lines = [
    'table inet fabric {',
    ...nftMap('cables', 'ifname : mark', cables),
    ...ofPods,
    '  chain c_mark {',
    '    type filter hook prerouting priority raw;',
    '    meta mark set iifname map @cables',
    // A pod subnet whose prefix nobody knows is no address of any pod.
    ...(ofPods.length === 0 ? [] : podMarkRule(input)),
    '  }',
    ...chains.sets.declarations,
    ...chains.lines,
    ...own,
    ...nftMap('outgoing', 'ifname : verdict', outgoing),
    ...nftMap('incoming', 'ifname : verdict', incoming),
    ...nftMap('to_platform', 'ifname : verdict', platform),
    ...frontendRules(input),
    '  chain c_judge {',
    '    type filter hook forward priority filter; policy accept;',
    '    ct state established,related accept',
    `    ip daddr { ${PLATFORM_DNS}, ${METADATA_SERVICE} } iifname vmap @to_platform`,
    `    ip daddr { ${PLATFORM_DNS}, ${METADATA_SERVICE} } accept`,
    '    jump frontends',
    '    iifname vmap @outgoing',
    '    oifname vmap @incoming',
    '  }',
    '}',
  ];
  return { text: `${lines.join('\n')}\n`, gaps: chains.gaps };
}

/** A load balancer forwards what its rules name (AZS-42). Front ends of Services are told apart by their nodes. */
function frontendRules({ frontends }: FabricInput): readonly string[] {
  const lines = frontends.flatMap(({ address, ports, label }) => {
    if (ports === undefined) return [];
    const named = ports.map(
      ({ protocol, port }) => `    ip daddr ${address} ${protocol} dport ${port} return`,
    );
    const why = `log prefix "lb=${clean(label)};no rule " group 6 snaplen 64`;
    return [...new Set(named), `    ip daddr ${address} ${why} counter drop`];
  });
  return ['  chain frontends {', ...lines, '  }'];
}

/** Pods with addresses of a subnet of their own follow that subnet's table, though they come by the node's cable. */
function podMarks(input: FabricInput, marks: ReadonlyMap<string, number>): readonly string[] {
  const keys = [...new Set(input.podSubnets.values())].sort();
  const elements = keys.flatMap((key) => {
    const subnet = input.network.subnets.get(key);
    const mark = marks.get(key);
    if (subnet === undefined || mark === undefined) return [];
    return prefixesOfSubnet(subnet).map(
      (prefix) => `${formatPrefix(prefix)} : ${formatMark(mark)}`,
    );
  });
  if (elements.length === 0) return [];
  return [
    '  map pods {',
    '    type ipv4_addr : mark; flags interval;',
    `    elements = { ${elements.join(', ')} }`,
    '  }',
  ];
}

function podMarkRule({ podSubnets }: FabricInput): readonly string[] {
  const nodes = [...podSubnets.keys()].sort().map((host) => `"${host}"`);
  return [`    iifname { ${nodes.join(', ')} } meta mark set ip saddr map @pods`];
}

interface Judged {
  readonly lines: readonly string[];
  readonly inbound?: string;
  readonly outbound?: string;
  readonly platform?: string;
}

/** The chains of one group, and the inbound rules that one of them was made of. */
interface Chains {
  readonly name: string;
  readonly rules: readonly ReadyRule[];
  readonly in: string;
  readonly out: string;
  readonly platform?: string;
}

/** Chains of the groups of one fabric: one pair for each group, and for each meaning its tags have in the subnets it guards. */
class GroupChains {
  readonly sets = new AddressSets('s');
  readonly lines: string[] = [];
  readonly gaps: Gap[] = [];
  readonly #input: FabricInput;
  readonly #known = new Map<string, Chains>();
  readonly #members = new Map<string, AddressSet>();

  constructor(input: FabricInput) {
    this.#input = input;
  }

  /** AZN-43: inbound asks the subnet's group and then the interface's, outbound the reverse. */
  of(seat: Seat): Judged {
    if (!seat.isGuarded) return { lines: [] };
    const views = this.#input.frontends
      .flatMap((frontend) => frontend.views ?? [])
      .filter(({ host }) => host === seat.host);
    const ofSubnet = this.#chains(groupOf(seat.subnet), seat.subnet);
    const ofNic = this.#chains(seat.securityGroup, seat.subnet);
    const podKey = this.#input.podSubnets.get(seat.host);
    const podSubnet = podKey === undefined ? undefined : this.#input.network.subnets.get(podKey);
    const ofPods =
      podSubnet === undefined ? undefined : this.#chains(groupOf(podSubnet), podSubnet);
    const platform = ofNic?.platform ?? ofSubnet?.platform;
    const direct =
      podSubnet === undefined &&
      views.length === 0 &&
      (ofSubnet === undefined || ofNic === undefined);
    if (direct) {
      const only = ofSubnet ?? ofNic;
      if (only === undefined) return { lines: [] };
      return {
        lines: [],
        inbound: only.in,
        outbound: only.out,
        ...(platform === undefined ? {} : { platform }),
      };
    }
    const name = seat.host.replaceAll('-', '_');
    const pods = podSubnet === undefined ? [] : prefixesOfSubnet(podSubnet).map(formatPrefix);
    const forPods = (field: string, chain: string | undefined) =>
      pods.length === 0
        ? []
        : [
            `    ip ${field} { ${pods.join(', ')} } ${chain === undefined ? 'return' : `goto ${chain}`}`,
          ];
    const jump = (chain: string | undefined) => (chain === undefined ? [] : [`    jump ${chain}`]);
    const asSeen = views.map((view, index) => ({ view, chain: `front_${name}_${index}` }));
    return {
      lines: [
        ...asSeen.flatMap(({ view, chain }) => this.#asSeen(view, chain, [ofSubnet, ofNic])),
        `  chain nic_in_${name} {`,
        ...asSeen.map(({ view, chain }) => `    ${matchOfView(view)} goto ${chain}`),
        ...forPods('daddr', ofPods?.in),
        ...jump(ofSubnet?.in),
        ...jump(ofNic?.in),
        '  }',
        `  chain nic_out_${name} {`,
        ...forPods('saddr', ofPods?.out),
        ...jump(ofNic?.out),
        ...jump(ofSubnet?.out),
        '  }',
      ],
      inbound: `nic_in_${name}`,
      outbound: `nic_out_${name}`,
      ...(platform === undefined ? {} : { platform }),
    };
  }

  /** One chain after the other, each group as it judges what the platform has translated. */
  #asSeen(view: FrontEndView, chain: string, groups: readonly (Chains | undefined)[]) {
    const own = groups.flatMap((group, index) =>
      group === undefined ? [] : [{ ...group, chain: `${chain}_${index}` }],
    );
    return [
      ...own.flatMap((group) =>
        securityChain(group.chain, group.name, rulesOfView(group.rules, view), this.sets),
      ),
      `  chain ${chain} {`,
      ...own.map((group) => `    jump ${group.chain}`),
      '  }',
    ];
  }

  #chains(group: NetworkSecurityGroup | undefined, subnet: SubnetPlacement): Chains | undefined {
    if (group === undefined) return undefined;
    const { network, podRanges } = this.#input;
    const tags = tagsOfSubnet(network, subnet, podRanges.get(subnet.subnet.key));
    // Where the tags hold the same addresses the group says the same: one pair of chains for all those subnets.
    const local = [tags.virtualNetwork, tags.internet].map((set) => set.v4.join(' '));
    const key = [group.key, ...local].join('|');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = this.#known.size;
    const members = (groupKey: string) => this.#membersOf(groupKey);
    const inbound = readyRules(group, 'Inbound', tags, network, members);
    const outbound = readyRules(group, 'Outbound', tags, network, members);
    this.gaps.push(...inbound.gaps, ...outbound.gaps);
    this.lines.push(
      `  # ${clean(group.name)}, as on ${clean(subnet.subnet.name)}`,
      ...chainOf(`nsg_in_${number}`, group.name, inbound.rules, this.sets),
      ...chainOf(`nsg_out_${number}`, group.name, outbound.rules, this.sets),
    );
    const platform = platformChain(`nsg_plat_${number}`, group.name, outbound.rules, this.sets);
    if (platform !== undefined) this.lines.push(...platform);
    const made: Chains = {
      name: group.name,
      rules: inbound.rules,
      in: `nsg_in_${number}`,
      out: `nsg_out_${number}`,
      ...(platform === undefined ? {} : { platform: `nsg_plat_${number}` }),
    };
    this.#known.set(key, made);
    return made;
  }

  /** AZN-41: the addresses of the interfaces and nodes that are members. */
  #membersOf(groupKey: string): AddressSet {
    const known = this.#members.get(groupKey);
    if (known !== undefined) return known;
    const seats = this.#input.seats.filter((seat) => seat.groups.includes(groupKey));
    const made = unionAddresses(
      ...seats.map(({ addresses }) =>
        addressSet(
          addresses.flatMap((ip) =>
            ip.family === 4 ? [{ family: 4, low: ip.value, high: ip.value } as const] : [],
          ),
        ),
      ),
    );
    this.#members.set(groupKey, made);
    return made;
  }
}

/** More rules than these are looked up rather than compared. */
const COMPARED_MAX = 48;

function chainOf(...args: Parameters<typeof securityChain>): readonly string[] {
  const [, , rules] = args;
  return rules.length > COMPARED_MAX ? layeredSecurityChain(...args) : securityChain(...args);
}

function groupOf(subnet: SubnetPlacement): NetworkSecurityGroup | undefined {
  const link = subnet.networkSecurityGroup;
  return link.kind === 'found' ? link.target : undefined;
}

/** A name as a comment: nothing in it may end the line. */
function clean(name: string): string {
  return name.replace(/[^\w .()-]/g, '_');
}
