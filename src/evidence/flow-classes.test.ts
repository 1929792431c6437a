import { describe, expect, it } from 'vitest';
import {
  applicationCollection,
  applicationRule,
  context,
  exact,
  firewall,
  fqdns,
  name,
  networkCollection,
  networkRule,
  ports,
  sources,
  terms,
  threatList,
} from '../../tests/conformance/firewall/build-firewall.ts';
import { logged } from '../../tests/support/logs-of-firewall.ts';
import type { Port } from '../net/index.ts';
import { parseIpv4 } from '../net/index.ts';
import { addressClasses } from './address-classes.ts';
import { flowClasses } from './flow-classes.ts';
import { nameClasses } from './name-classes.ts';
import { replayer, walked } from './replay.ts';

describe('classes of flows', () => {
  const rules = firewall({
    collections: [
      networkCollection(
        'net',
        100,
        'Allow',
        networkRule('db', {
          sources: sources('10.0.1.0/24', '10.0.3.0/24'),
          destinationAddresses: terms('10.9.0.0/28'),
          destinationPorts: ports('5432'),
        }),
      ),
      applicationCollection(
        'app',
        200,
        'Allow',
        applicationRule('web', {
          sources: sources('10.0.0.0/16'),
          targetFqdns: fqdns('*.x.example'),
        }),
      ),
    ],
  });

  it('are as few as the rules tell apart, whatever the number of flows', () => {
    const { classOf } = flowClasses(rules, context());
    const byAddress = new Set<number | undefined>();
    for (let index = 0; index < 12_000; index += 1) {
      const source = `10.${index % 2}.${index % 5}.${index % 251}`;
      const destination = `10.9.0.${index % 64}`;
      const port = 5000 + (index % 1000);
      byAddress.add(classOf(logged({ log: 'network', source, destination, port })));
    }
    // The rule takes it or not; the range of its destination and what is private are looked at beside.
    expect(byAddress.size).toBeLessThanOrEqual(8);
    const byName = new Set<number | undefined>();
    for (let index = 0; index < 12_000; index += 1) {
      const fqdn = index % 3 === 0 ? `n${index}.x.example` : `n${index}.example`;
      byName.add(classOf(logged({ source: `10.${index % 2}.0.${index % 251}`, fqdn })));
    }
    // Names of the rule from inside and from outside of its sources, and all other names.
    expect(byName.size).toBe(3);
  });

  it('leave what is no IPv4 address, protocol, port or name to be walked', () => {
    const { classOf } = flowClasses(rules, context());
    const odd = [
      ...[{ source: '2001:db8::1' }, { source: '10.0.0.256' }, { port: 65_536 }, { port: 1.5 }],
      ...[{ protocol: 'QUIC' }, { fqdn: 'a b' }, { log: 'network' as const, destination: 'x' }],
    ];
    expect(odd.map((one) => classOf(logged({ fqdn: 'a.example', ...one })))).toEqual(
      odd.map(() => undefined),
    );
  });
});

describe('sentences with a name', () => {
  it('AFW-54 name the name of each flow, and a documented member with its port', () => {
    const tagged = firewall({
      collections: [
        applicationCollection(
          'app',
          100,
          'Allow',
          applicationRule('aks', {
            protocols: [{ type: 'Https', port: 8443 as Port }],
            fqdnTags: fqdns('AzureKubernetesService'),
          }),
        ),
      ],
    });
    const replay = replayer(tagged, context());
    const said = ['a.example', 'b.example', 'c.example', 'mcr.microsoft.com'].map((fqdn) => {
      const modelled = replay(logged({ fqdn, port: 8443 }));
      return modelled.kind === 'verdict' && modelled.verdict.kind === 'unknown'
        ? modelled.verdict.why.map(({ missing }) => missing)
        : modelled;
    });
    expect(said).toEqual([
      ['whether FQDN tag AzureKubernetesService contains a.example'],
      ['whether FQDN tag AzureKubernetesService contains b.example'],
      ['whether FQDN tag AzureKubernetesService contains c.example'],
      ['whether FQDN tag AzureKubernetesService covers mcr.microsoft.com on port 8443'],
    ]);
  });

  it('AFW-41 differ for the name that a network rule asks for', () => {
    const resolving = firewall({
      collections: [
        networkCollection(
          'net',
          100,
          'Allow',
          networkRule('n', { destinationFqdns: fqdns('db.example') }),
        ),
      ],
      settings: { threatIntelMode: 'Alert' },
    });
    const world = context({
      resolve: (asked) => (asked === name('db.example') ? exact('20.1.2.3') : undefined),
      datasets: { ...context().datasets, threatList: threatList({ fqdns: ['*.bad.example'] }) },
    });
    const replay = replayer(resolving, world);
    const flows = ['a.example', 'b.example', 'db.example'].map((fqdn) =>
      logged({ log: 'threat', protocol: 'HTTPS', fqdn, destination: '20.1.2.3' }),
    );
    expect(flows.map(replay)).toEqual(flows.map((flow) => walked(resolving, world, flow)));
    expect(JSON.stringify(replay(flows[2]!))).toContain('whether the client resolves db.example');
  });
});

describe('classes of addresses', () => {
  it('are pieces in the same sets, however far apart', () => {
    const set = (...bounds: readonly number[]) => ({ v4: bounds, v6: [] });
    const { classOf } = addressClasses([set(10, 19, 30, 39), set(15, 34)]);
    const at = (value: number) => classOf(`0.0.0.${value}`);
    expect([10, 14, 35, 39].map(at)).toEqual([10, 10, 10, 10].map(at));
    expect([0, 9, 40, 255].map(at)).toEqual([0, 0, 0, 0].map(at));
    expect(new Set([0, 10, 15, 20].map(at)).size).toBe(4);
    expect(at(30)).toBe(at(15));
    expect(classOf('255.255.255.255')).toBe(at(0));
  });

  it('read addresses as the rest does, and nothing else', () => {
    const { classOf } = addressClasses([]);
    const texts = [
      ...['0.0.0.0', '255.255.255.255', '1.2.3.4', '01.2.3.4', '1.2.3', '1.2.3.4.5', '1.2.3.256'],
      ...['', '.', '1..2.3', '1.2.3.', '.1.2.3', ' 1.2.3.4', '1.2.3.4 ', '1.2.3.4/32', '١.2.3.4'],
      ...['0.0.0.00', '1.2.3.999', '1.2.3.0000', '-1.2.3.4', '1e1.2.3.4', '10.0.0.1\n'],
    ];
    expect(
      texts.filter((text) => (classOf(text) !== undefined) !== (parseIpv4(text) !== undefined)),
    ).toEqual([]);
  });
});

describe('classes of names', () => {
  it('AFW-51 are told by whole names, wildcards with and without a dot, and tests', () => {
    const lists = [
      ['x.example'],
      ['*.x.example'],
      ['*x.example', '*'],
      (text: string) => text.length > 20,
    ];
    const { classOf, takes } = nameClasses(lists);
    const taken = (text: string) =>
      lists.flatMap((_, list) => (takes(list, classOf(text)!) ? [list] : []));
    expect(taken('x.example')).toEqual([0, 2]);
    expect(taken('a.x.example')).toEqual([1, 2]);
    expect(taken('evilx.example')).toEqual([2]);
    expect(taken('other.example')).toEqual([2]);
    expect(taken('a.very.long.name.x.example')).toEqual([1, 2, 3]);
    expect(classOf('b.c.x.example')).toBe(classOf('a.x.example'));
    expect([classOf(''), classOf('A.example'), classOf('-')]).toEqual([0, undefined, undefined]);
  });
});
