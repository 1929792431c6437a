import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cluster,
  firewall,
  hubAndSpoke,
  networkId,
  networkOf,
  routeTable,
} from '../../../tests/support/drawn-network.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { FACTS } from '../../facts/index.ts';
import { shellWord } from './command.ts';
import { denialQueries } from './firewall-logs.ts';
import { documentsOf } from './index.ts';
import { code, prose, table } from './markdown.ts';

function pages(resources: readonly Json[], objects: readonly Json[] = [], today?: string) {
  const options = { paths: ['infra'], ...(today === undefined ? {} : { today }) };
  const [architecture, runbook] = documentsOf(networkOf(resources, objects), options);
  return { architecture: architecture!.text, runbook: runbook!.text };
}

const pods: readonly Json[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } } },
  },
];

function without(name: string): readonly Json[] {
  return hubAndSpoke().filter((each) => each['name'] !== name);
}

function application(name: string, more: Json): Json {
  return {
    name,
    sourceAddresses: ['10.1.0.0/20'],
    protocols: [{ protocolType: 'Https', port: 443 }],
    targetFqdns: ['api.example.com'],
    ...more,
  };
}

function behindFirewall(rules: readonly Json[]): readonly Json[] {
  const collections = [
    { name: 'out', properties: { priority: 100, action: { type: 'Allow' }, rules } },
  ];
  return [
    ...without('fw').filter(({ name }) => name !== 'pip-fw'),
    ...firewall({ applicationRuleCollections: collections }),
  ];
}

describe('the architecture page', () => {
  it('tells where every subnet sends what no longer prefix takes', () => {
    const { architecture } = pages(hubAndSpoke());
    expect(architecture).toContain(
      '| `spoke` `10.1.0.0/16` | `nodes` | `10.1.0.0/20` | 4091 | none | route `default` to firewall fw (AZN-18) |',
    );
    expect(architecture).toContain(
      '| `10.0.0.0/26` | 59 | none | to the Internet, with the public addresses of `fw` (AFW-71) |',
    );
  });

  it('an unknown next hop is not known, and neither the firewall nor the Internet', () => {
    const hop = { $unknown: "parameters('hop')", missing: 'a value for parameter hop' };
    const { architecture } = pages([...without('rt'), routeTable(hop)]);
    expect(architecture).toContain(
      'not known (a value for parameter hop), held by nobody in reach',
    );
    expect(architecture).toContain('- a value for parameter hop');
    expect(architecture).not.toContain('route `default` to firewall fw');
  });

  it('lists the rules that may take what nodes send, and leaves out those of other senders', () => {
    const { architecture } = pages(
      behindFirewall([
        application('mine', {}),
        application('other', {
          sourceAddresses: ['10.9.0.0/16'],
          targetFqdns: ['other.example.com'],
        }),
        application('group', {
          sourceAddresses: [],
          sourceIpGroups: [networkId('ipGroups', 'gone')],
        }),
      ]),
    );
    expect(architecture).toContain('| `api.example.com` | https 443 | Allow | `out/mine` |');
    expect(architecture).not.toContain('other.example.com');
    expect(architecture).toContain(
      'Allow (whether the sender is among the sources is not known) | `out/group`',
    );
  });

  it('AFW-13 lists groups and collections by priority, whatever their order in the file', () => {
    const policy = networkId('firewallPolicies', 'p');
    const group = (name: string, priority: number, collections: readonly Json[]): Json => ({
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      name: `p/${name}`,
      properties: { priority, ruleCollections: collections },
    });
    const collection = (name: string, priority: number): Json => ({
      ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
      name,
      priority,
      action: { type: 'Allow' },
      rules: [{ ruleType: 'ApplicationRule', ...application('r', {}) }],
    });
    const { architecture } = pages([
      ...without('fw').filter(({ name }) => name !== 'pip-fw'),
      ...firewall({ firewallPolicy: { id: policy } }),
      { type: 'Microsoft.Network/firewallPolicies', name: 'p', properties: {} },
      group('late', 300, [collection('a', 100)]),
      group('early', 200, [collection('c', 900), collection('b', 100)]),
    ]);
    const paths = [...architecture.matchAll(/\| Allow \| `([^`]+)`/g)].map(([, path]) => path);
    expect(paths).toEqual(['early/b/r', 'early/c/r', 'late/a/r']);
  });

  it('AKS-01 says that the firewall cannot tell workloads of an overlay apart', () => {
    expect(pages(hubAndSpoke(), pods).architecture).toContain(
      'The firewall sees node addresses, never pods (AKS-01): its rules hold for every workload alike',
    );
  });

  it('names the policies that select a workload by labels; expressions only may', () => {
    const policy = (name: string, podSelector: Json): Json => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace: 'shop' },
      spec: { podSelector, policyTypes: ['Egress'] },
    });
    const { architecture } = pages(hubAndSpoke(), [
      ...pods,
      policy('all', {}),
      policy('web', { matchLabels: { app: 'web' } }),
      policy('api', { matchLabels: { app: 'api' } }),
      policy('tier', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }),
    ]);
    expect(architecture).toContain('| `shop/web` | Deployment | `all`, `web` | `tier` |');
  });

  it('AKS-50 a public API server without ranges is open to every address', () => {
    expect(pages(hubAndSpoke()).architecture).toContain(
      'Public, and every address may call it: no authorized ranges (AKS-50).',
    );
    const unknown = { $unknown: "parameters('private')", missing: 'a value for parameter private' };
    const resources = [
      ...without('aks'),
      cluster({ apiServerAccessProfile: { enablePrivateCluster: unknown } }),
    ];
    expect(pages(resources).architecture).toContain(
      'Whether it is private is not known (a value for parameter private).',
    );
  });

  it('repeats what check found when it is told', () => {
    const findings = [{ check: 'a/b', severity: 'error', message: 'It is `open`.' }] as const;
    const [page] = documentsOf(networkOf(hubAndSpoke()), { findings });
    expect(page!.text).toContain('- error `a/b`: It is `open`.');
  });

  it('of nothing is a page all the same', () => {
    const { architecture, runbook } = pages([]);
    expect(architecture).toContain('0 virtual networks with 0 subnets');
    expect(runbook).toContain('sallyport check infra');
  });
});

describe('the runbook', () => {
  it('lists rules with an end, the next one first, and says which are over', () => {
    const { runbook } = pages(
      behindFirewall([
        application('later', { description: 'pilot of the shop; until 2027-03-31' }),
        application('over', { description: 'Expires on 2026-06-30, ticket 7' }),
        application('lasting', { description: 'reviewed 2026-01-01' }),
      ]),
      [],
      '2026-11-21',
    );
    const rows = runbook.split('\n').filter((line) => /^\| 20\d\d-/.test(line));
    expect(rows).toEqual([
      '| 2026-06-30 | `rule out/over` | Expires on 2026-06-30, ticket 7 | over: remove it, or write a new day |  |',
      '| 2027-03-31 | `rule out/later` | pilot of the shop; until 2027-03-31 | runs |  |',
    ]);
  });

  it('AFW-08 says what a firewall without zones means for a failover', () => {
    const { runbook } = pages(hubAndSpoke(), pods);
    expect(runbook).toContain(
      '`fw` names no zones: the zones of a firewall are chosen at its creation (AFW-08).',
    );
    expect(runbook).toContain(
      'Without firewall `fw`, 1 subnet loses the next hop of 0.0.0.0/0 (`spoke/nodes`)',
    );
    expect(runbook).toContain('sallyport query --from pods --to internet --without fw infra');
  });

  it('a firewall without diagnostic setting is said to log nothing', () => {
    expect(pages(hubAndSpoke()).runbook).toContain(
      'Firewall `fw` has no diagnostic setting in the input',
    );
  });

  it.each([
    ['Dedicated', 'AZFWApplicationRule', ['AZFWApplicationRule']],
    ['Dedicated', 'AzureFirewallNetworkRule', ['AzureDiagnostics']],
    [undefined, 'AZFWApplicationRule', []],
  ])('a setting of type %s with category %s is asked in %j', (type, category, tables) => {
    const setting = {
      type: 'Microsoft.Insights/diagnosticSettings',
      id: `${networkId('azureFirewalls', 'fw')}/providers/Microsoft.Insights/diagnosticSettings/logs`,
      name: 'logs',
      properties: {
        workspaceId: networkId('workspaces', 'log'),
        ...(type === undefined ? {} : { logAnalyticsDestinationType: type }),
        logs: [{ category, enabled: true }],
      },
    };
    const { runbook } = pages([...hubAndSpoke(), setting]);
    const asked = [...runbook.matchAll(/```kusto\n(\w+)\n/g)].map(([, name]) => name);
    expect(asked).toEqual(tables);
  });

  it('queries name columns that the tables have (azure-firewall 8.2)', () => {
    const columns: Readonly<Record<string, string>> = {
      AZFWNetworkRule:
        'Protocol SourceIp SourcePort DestinationIp DestinationPort Action ActionReason Policy RuleCollectionGroup RuleCollection Rule',
      AZFWApplicationRule:
        'Protocol SourceIp SourcePort DestinationPort Fqdn TargetUrl Action ActionReason Policy RuleCollectionGroup RuleCollection Rule IsTlsInspected WebCategory IsExplicitProxyRequest',
      AZFWThreatIntel:
        'Protocol SourceIp SourcePort DestinationIp DestinationPort Fqdn TargetUrl Action ThreatDescription IsTlsInspected',
      AzureDiagnostics: 'Category msg_s',
    };
    const queries = denialQueries(Object.keys(columns), 'fw"; drop');
    expect(queries).toHaveLength(4);
    for (const query of queries) {
      const [name = '', ...lines] = query.split('\n');
      const known = new Set([
        ...(columns[name] ?? '').split(' '),
        'TimeGenerated',
        '_ResourceId',
        'Denied',
        'Last',
      ]);
      const words =
        lines
          .join(' ')
          .replace(/"(?:[^"\\]|\\.)*"/g, '')
          .match(/[A-Za-z_]\w*/g) ?? [];
      const own = new Set([
        'where',
        'and',
        'or',
        'ago',
        'd',
        'endswith',
        'summarize',
        'count',
        'max',
        'by',
        'top',
        'contains',
        'in',
      ]);
      expect(words.filter((word) => !own.has(word) && !known.has(word))).toEqual([]);
      expect(query).toContain('fw\\"; drop');
    }
  });
});

describe('pages hold what they are given', () => {
  it('every fact that is cited exists', () => {
    const { architecture, runbook } = pages(hubAndSpoke(), pods);
    const cited =
      `${architecture}${runbook}`.match(/\b(?:AFW|AKS|AZN|AZS|ARM|K8P)-[A-Z]?\d+\b/g) ?? [];
    expect(new Set(cited).size).toBeGreaterThan(10);
    expect(cited.filter((id) => !(id in FACTS))).toEqual([]);
  });

  it('no name ends a cell, a fence or a comment, or becomes markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
        const rows = table(['a', 'b'], [[code(name), prose(name)]]);
        expect(rows).toHaveLength(4);
        const row = rows[2]!.replace(/\\./gs, '');
        expect(row.split('|')).toHaveLength(4);
        // Outside code spans no tag and no link begins.
        const bare = row.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
        expect(bare).not.toMatch(/[<[\]&]/);
      }),
      { numRuns: 500 },
    );
  });

  it('a word of a command is one word to a shell', () => {
    expect(shellWord('examples/store')).toBe('examples/store');
    expect(shellWord("it's $(rm -rf) `x`")).toBe("'it'\\''s $(rm -rf) \ufffdx\ufffd'");
    expect(shellWord('a\nb')).toBe("'a b'");
    expect(shellWord('')).toBe("''");
  });

  it('hostile names leave the pages whole', () => {
    const name = '--><script>alert(1)</script>|```\n# x [a](http:b) "';
    const resources = hubAndSpoke().map((each) =>
      each['name'] === 'rt'
        ? {
            ...each,
            properties: {
              routes: [{ name, properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'None' } }],
            },
          }
        : each,
    );
    const { architecture } = pages(resources);
    // Two blocks: the chart, and the command below the API server.
    expect(architecture.match(/^```/gm)).toHaveLength(4);
    expect(architecture.split('\n').filter((line) => line.startsWith('# '))).toHaveLength(1);
    expect(architecture.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '')).not.toContain('<script');
  });
});
