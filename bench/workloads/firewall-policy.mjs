// FW-n and APP-n as the rule collection groups of a firewall policy, in the shape of an export.
const OCTETS = [24, 16, 8, 0];
const text = (address) => OCTETS.map((shift) => (address >>> shift) & 255).join('.');
const PROTOCOLS = { tcp: 'TCP', udp: 'UDP', icmp: 'ICMP' };

/** Ranges as a policy writes them: an address, a prefix, or two ends. */
function written(pairs) {
  const out = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const [low, high] = [pairs[index], pairs[index + 1]];
    const size = high - low + 1;
    const isPrefix = Number.isInteger(Math.log2(size)) && low % size === 0;
    if (size === 2 ** 32) out.push('*');
    else if (size === 1) out.push(text(low));
    else out.push(isPrefix ? `${text(low)}/${32 - Math.log2(size)}` : `${text(low)}-${text(high)}`);
  }
  return out;
}

/** Sets that this many rules share become IP groups. */
const SHARED = 3;

/**
 * @param rules of `firewallRules`
 * @param at `{ network(type, name), policy }`: ids, and `tags`: names of sets (`tagNames`)
 * @returns `{ groups, ipGroups }`, resources; collections of at most 60 rules of one action, the order kept
 */
export function networkRuleGroups(rules, { network, policy, tags = new Map(), priority = 300 }) {
  const uses = new Map();
  for (const { source, destination } of rules) {
    for (const set of [source, destination]) uses.set(set, (uses.get(set) ?? 0) + 1);
  }
  const ipGroups = [];
  const named = new Map();
  const side = (set, addresses, groups) => {
    const tag = addresses === 'destinationAddresses' ? tags.get(String(set)) : undefined;
    if (tag !== undefined) return { [addresses]: [tag] };
    if (set.length < 4 || uses.get(set) < SHARED) return { [addresses]: written(set) };
    if (!named.has(set)) {
      const name = `ipg-${named.size}`;
      const id = network('ipGroups', name);
      ipGroups.push({ ...typed('ipGroups', name, id), properties: { ipAddresses: written(set) } });
      named.set(set, id);
    }
    return { [groups]: [named.get(set)] };
  };
  const json = rules.map((rule, index) => ({
    ruleType: 'NetworkRule',
    name: `n-${index}`,
    ipProtocols: rule.protocols.length === 4 ? ['Any'] : rule.protocols.map((p) => PROTOCOLS[p]),
    ...side(rule.source, 'sourceAddresses', 'sourceIpGroups'),
    ...side(rule.destination, 'destinationAddresses', 'destinationIpGroups'),
    destinationPorts: ports(rule.ports),
  }));
  const isDeny = rules.map((rule) => rule.isDeny);
  return { ipGroups, groups: inGroups(json, isDeny, { policy, prefix: 'net', priority }) };
}

/** @param rules of `applicationRules` */
export function applicationRuleGroups(rules, { policy, priority = 40_000 }) {
  const json = rules.map((rule, index) => ({
    ruleType: 'ApplicationRule',
    name: `a-${index}`,
    protocols: rule.protocols,
    sourceAddresses: written(rule.source),
    targetFqdns: rule.patterns,
  }));
  const isDeny = rules.map((rule) => rule.isDeny);
  return inGroups(json, isDeny, { policy, prefix: 'app', priority });
}

function inGroups(rules, isDeny, { policy, prefix, priority }) {
  const collections = [];
  let last;
  for (const [index, rule] of rules.entries()) {
    if (last === undefined || last.isDeny !== isDeny[index] || last.rules.length === 60) {
      last = { isDeny: isDeny[index], rules: [] };
      collections.push(last);
    }
    last.rules.push(rule);
  }
  const groups = [];
  for (let from = 0; from < collections.length; from += 50) {
    const name = `rcg-${prefix}-${groups.length}`;
    groups.push({
      ...typed(
        'firewallPolicies/ruleCollectionGroups',
        name,
        `${policy}/ruleCollectionGroups/${name}`,
      ),
      properties: {
        priority: priority + groups.length * 10,
        ruleCollections: collections.slice(from, from + 50).map((collection, at) => ({
          ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
          name: `rc-${prefix}-${from + at}`,
          priority: 200 + at * 10,
          action: { type: collection.isDeny ? 'Deny' : 'Allow' },
          rules: collection.rules,
        })),
      },
    });
  }
  return groups;
}

function ports(pairs) {
  const out = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const [low, high] = [pairs[index], pairs[index + 1]];
    out.push(low === 0 && high === 65535 ? '*' : low === high ? `${low}` : `${low}-${high}`);
  }
  return out;
}

function typed(type, name, id) {
  return { id, type: `Microsoft.Network/${type}`, name, location: 'westeurope' };
}
