import { describe, expect, it } from 'vitest';
import { page, told, worldOf } from './page-world.ts';

/** What a person is told about a page that is not right: where, and what was probably meant. */

async function errors(text: string): Promise<readonly string[]> {
  const world = await worldOf(text);
  expect(world.snapshot.resources.size, 'half a perimeter must not be proven').toBe(0);
  expect(world.snapshot.files[0]?.outcome).toBe('not-understood');
  return told(world, 'error');
}

const hub = (more: string) => page().replace('/24\nspokes', `/24\n${more}spokes`);

describe('a page that is not right is told where', () => {
  // Lines are counted by hand in `page()`: hub 3, addressSpace 4, spokes 5, spoke 6, clusters 7, cluster 8.
  it.each([
    [
      'a key nobody knows',
      page('igress: []\n'),
      'intent/invalid 11: `igress` is no key of the page',
    ],
    [
      'a key inside a section',
      hub('  firewal: {}\n'),
      'intent/invalid 5: `firewal` is no key of `hub`',
    ],
    [
      'a key inside a list',
      page('', '    netwrok: {}\n'),
      'intent/invalid 9: `netwrok` is no key of `clusters.0`',
    ],
    [
      'a key that is needed, misspelt: one mistake, told once',
      page().replace('addressSpace: 10.0', 'adressSpace: 10.0'),
      'intent/invalid 4: `adressSpace` is no key of `hub`',
    ],
    [
      'a wrong type',
      page().replace('name: shop\nlocation', 'name: 7\nlocation'),
      'intent/invalid 1: `name` must be text',
    ],
    [
      'a list where a mapping belongs',
      hub('  firewall: [Standard]\n'),
      'intent/invalid 5: `hub.firewall` must be a mapping',
    ],
    [
      'a value that is none of the choices',
      hub('  firewall: { tier: Gold }\n'),
      'intent/invalid 5: `hub.firewall.tier` is none of its values',
    ],
    [
      'something missing',
      page().replace('location: westeurope\n', ''),
      'intent/invalid 1: `location` is missing',
    ],
    [
      'a range that is none',
      page().replace('10.0.0.0/24', 'ten'),
      'intent/invalid 4: `hub.addressSpace`: write a range as `10.0.0.0/16`',
    ],
    [
      'a range with bits beyond its length',
      page().replace('10.1.0.0/16', '10.1.2.0/16'),
      'intent/address 6: `10.1.2.0/16` has bits set beyond its length; its range is 10.1.0.0/16',
    ],
    [
      'a number beyond its bounds',
      hub('  firewall: { publicIps: 400 }\n'),
      'intent/invalid 5: `hub.firewall.publicIps`: Too big: expected number to be <=250',
    ],
    [
      'a spoke nobody describes',
      page('', '    spoke: shpo\n'),
      'intent/unknown-name 9: no spoke of the page is called `shpo`',
    ],
    [
      'a namespace nobody describes',
      page('egress:\n  - { from: { namespace: shoop, app: a }, to: "x.io:443" }\n'),
      'intent/unknown-name 12: no namespace of the page is called `shoop`',
    ],
    [
      'a cluster of the pair nobody describes',
      page('', '    also: green\n    active: red\n'),
      'intent/unknown-name 10: `red` is none of the clusters of this entry',
    ],
    [
      'two of one name',
      page('  - { name: shop }\n'),
      'intent/defined-twice 11: two namespaces are called `shop`',
    ],
    [
      'a destination that is none',
      page('egress:\n  - { from: nodes, to: "https://x.io" }\n'),
      'intent/target 12: `https://x.io`: write NAME:PORT, RANGE:PORT or tag:SERVICETAG:PORT',
    ],
    [
      'a port that is none',
      page('egress:\n  - { from: nodes, to: "x.io:70000" }\n'),
      'intent/target 12: `x.io:70000`: `70000` is no port',
    ],
    [
      'every name at once',
      page('egress:\n  - { from: nodes, to: "*:443" }\n'),
      'intent/target 12: `*:443`: `*` is no name: write `api.example.com` or `*.example.com`',
    ],
    [
      'a wildcard that the firewall cannot resolve',
      page('egress:\n  - { from: nodes, to: "*.x.io:5432" }\n'),
      'intent/target 12: `*.x.io:5432`: the firewall reads wildcards from web requests only (ports 80, 443, 8080, 8443)',
    ],
    [
      'intrusion detection that the tier does not have',
      hub('  firewall: { idps: Deny }\n'),
      'intent/not-together 5: `idps` needs the tier Premium; the firewall is Standard',
    ],
    [
      'a firewall and an appliance',
      hub('  firewall: {}\n  nva: {}\n'),
      'intent/not-together 6: a hub has Azure Firewall or an appliance of a third party, not both',
    ],
    [
      'policies by name on an engine that knows none',
      page('', '    network: { engine: calico, namePolicies: true }\n'),
      'intent/not-together 9: policies by name need the engine cilium; the cluster has `calico`',
    ],
    [
      'ranges for an API server that is private',
      page('', '    apiServer: { authorizedRanges: [203.0.113.0/24] }\n'),
      'intent/not-together 9: a private API server has no authorized ranges',
    ],
    [
      'a range of ports for a Service',
      page('ingress:\n  - { name: web, to: { namespace: shop, app: web }, port: 80-90 }\n'),
      'intent/invalid 12: `ingress.0.port`: write a port as `443` or `53/udp`',
    ],
    [
      'ports that end before they begin',
      page(
        'allow:\n  - { from: { namespace: shop, app: a }, to: { namespace: shop, app: b }, ports: [90-80] }\n',
      ),
      'intent/invalid 12: `90-80` ends before it begins',
    ],
    [
      'a port beyond all ports, as text',
      page(
        'allow:\n  - { from: { namespace: shop, app: a }, to: { namespace: shop, app: b }, ports: ["65536"] }\n',
      ),
      'intent/invalid 12: `allow.0.ports.0`: write a port as `443`, `8000-8999` or `53/udp`',
    ],
    [
      'datagrams through a WAF',
      page('ingress:\n  - { name: web, to: { namespace: shop, app: web }, port: 53/udp }\n'),
      'intent/not-together 12: `53/udp` is no port of an Application Gateway: it takes HTTP',
    ],
    [
      'two Services of one name',
      page(
        'ingress:\n  - { name: web, to: { namespace: shop, app: web } }\n  - { name: two, to: { namespace: shop, app: web } }\n',
      ),
      'intent/defined-twice 13: two Services are called `shop/web`',
    ],
    [
      'DNAT for everybody',
      page('ingress:\n  - { name: web, to: { namespace: shop, app: web }, via: firewall }\n'),
      'intent/invalid 12: ingress `web` goes by DNAT and names no clients',
    ],
    [
      'an endpoint to a service that is not made here',
      page('privateEndpoints:\n  - { name: db, for: sql }\n'),
      'intent/invalid 12: `db` needs `resource`: a service of kind sql is not made here',
    ],
    [
      'a subnet that nothing needs',
      page().replace('10.1.0.0/16 }', '10.1.0.0/16, subnets: { snet-shop-node: 10.1.0.0/24 } }'),
      'intent/subnet 6: spoke shop needs no subnet `snet-shop-node`',
    ],
    [
      'a subnet that is too small',
      page().replace('10.1.0.0/16 }', '10.1.0.0/16, subnets: { snet-shop-nodes: 10.1.0.0/26 } }'),
      'intent/subnet 6: `snet-shop-nodes` 10.1.0.0/26 is too small',
    ],
    [
      'a network without room',
      page().replace('10.1.0.0/16', '10.1.0.0/25'),
      'intent/subnet 6: spoke shop 10.1.0.0/25 has no room for `snet-shop-nodes` (/24)',
    ],
    [
      'a pod range without room',
      page('', '    network: { podRange: 10.244.0.0/22 }\n'),
      'intent/range-too-small 9: `10.244.0.0/22` has no /24 for each of 7 nodes (one of each pool is for upgrades)',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await errors(text)).toEqual([expected]);
  });

  it('the nearest key that exists is offered', async () => {
    const { snapshot } = await worldOf(hub('  firewal: {}\n'));
    expect(snapshot.diagnostics[0]?.hint).toBe('did you mean `firewall`?');
  });

  it('a page that describes nothing well is a gap: nothing it allows is known', async () => {
    const { snapshot } = await worldOf(page('igress: []\n'));
    expect(snapshot.gaps.map(({ what }) => what)).toEqual(['page of intent perimeter.yaml']);
  });

  it.each([
    ['a page cut off in the middle', `${page().slice(0, 60)}: [`],
    ['nothing but a section', 'hub:\n'],
    ['text', 'name: [1, 2\n'],
    ['a cycle', 'name: shop\nhub: &a { b: *a }\n'],
    ['deep nesting', `name: shop\nhub: ${'['.repeat(400)}${']'.repeat(400)}\n`],
    ['a hostile key', 'name: shop\n__proto__: { hub: 1 }\nconstructor: 1\n'],
  ])('%s is told, never a crash', async (_, text) => {
    const world = await worldOf(text);
    expect(told(world, 'error').length).toBeGreaterThan(0);
    expect(world.snapshot.resources.size).toBe(0);
  });

  it('a file that only expects describes nothing, and nothing is wrong with it', async () => {
    const world = await worldOf('expect:\n  - always: aks-dependencies\n');
    expect(told(world)).toEqual([]);
    expect(world.snapshot.resources.size).toBe(0);
  });
});

describe('what the page says against itself', () => {
  const egress =
    'egress:\n  - { from: { namespace: shop, app: a }, to: "x.io:443", until: 2026-11-20 }\n';

  it('an intent past its last day is warned of, and still there', async () => {
    const world = await worldOf(page(egress));
    expect(told(world)).toEqual([
      'intent/expired 12: `2026-11-20` was the last day of this way out; it is still open',
    ]);
    expect(world.snapshot.resources.size).toBeGreaterThan(0);
  });

  it.each([
    ['by labels', '{ from: { namespace: shop, app: a }, to: "x.io:443" }'],
    ['by workload', '{ from: "deploy:shop/a", to: x.io }'],
    ['as a part of all pods', '{ from: pods, to: internet }'],
  ])('allow and never for one pair are told with both lines: %s', async (_, never) => {
    const world = await worldOf(page(`${egress}expect:\n  - never: ${never}\n`));
    expect(told(world, 'error')).toEqual([
      'intent/contradiction 12: `shop/a → x.io:443` is allowed here and must never arrive by an entry of `expect` (line 14)',
    ]);
  });

  it('pods that may call each other and never arrive are told too', async () => {
    const world = await worldOf(
      page(
        'allow:\n  - { from: { namespace: shop, app: a }, to: { namespace: shop, app: b }, ports: [80] }\nexpect:\n  - never: { from: { namespace: shop, app: a }, to: { namespace: shop, app: b, ports: "80" } }\n',
      ),
    );
    expect(told(world, 'error')).toEqual([
      'intent/contradiction 12: `shop/a → shop/b` is allowed here and must never arrive by an entry of `expect` (line 14)',
    ]);
  });

  it('what is never for others is no contradiction', async () => {
    const world = await worldOf(
      page(`${egress}expect:\n  - never: { from: "deploy:shop/b", to: "x.io:443" }\n`),
    );
    expect(told(world, 'error')).toEqual([]);
  });
});
