// The rules of firewall-rules.mjs as an ARM template: a hub with a firewall, its policy, and one collection per run of equal action.

const NAMES = { tcp: 'TCP', udp: 'UDP', icmp: 'ICMP' };

export function firewallTemplate(rules) {
  const collections = [];
  for (const [index, rule] of rules.entries()) {
    const action = rule.isDeny ? 'Deny' : 'Allow';
    let last = collections.at(-1);
    if (last?.action.type !== action || last.rules.length >= 60) {
      last = {
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
        name: `c${collections.length}`,
        priority: 100 + collections.length,
        action: { type: action },
        rules: [],
      };
      collections.push(last);
    }
    last.rules.push({
      ruleType: 'NetworkRule',
      name: `r${index}`,
      ipProtocols:
        rule.protocols.length === 4 ? ['Any'] : rule.protocols.map((name) => NAMES[name]),
      sourceAddresses: addresses(rule.source),
      destinationAddresses: addresses(rule.destination),
      destinationPorts: pairs(rule.ports).map(([low, high]) =>
        low === 0 && high === 65535 ? '*' : low === high ? `${low}` : `${low}-${high}`,
      ),
    });
  }
  const network = 'Microsoft.Network';
  const policy = "[resourceId('Microsoft.Network/firewallPolicies', 'p')]";
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      {
        type: `${network}/firewallPolicies`,
        apiVersion: '2023-11-01',
        name: 'p',
        location: 'westeurope',
        properties: {},
      },
      {
        type: `${network}/firewallPolicies/ruleCollectionGroups`,
        apiVersion: '2023-11-01',
        name: 'p/g',
        properties: { priority: 100, ruleCollections: collections },
      },
      {
        type: `${network}/azureFirewalls`,
        apiVersion: '2023-11-01',
        name: 'fw',
        location: 'westeurope',
        properties: {
          sku: { name: 'AZFW_VNet', tier: 'Standard' },
          firewallPolicy: { id: policy },
          ipConfigurations: [],
        },
      },
    ],
  };
}

function addresses(set) {
  const text = (value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
  return pairs(set).map(([low, high]) =>
    low === 0 && high === 0xffff_ffff
      ? '*'
      : low === high
        ? text(low)
        : `${text(low)}-${text(high)}`,
  );
}

function pairs(set) {
  return Array.from({ length: set.length / 2 }, (_, index) => [set[2 * index], set[2 * index + 1]]);
}
