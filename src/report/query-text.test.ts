import { describe, expect, it } from 'vitest';
import { placeAt } from '../../tests/support/sample-report.ts';
import { addressSet, parseIpRange } from '../net/index.ts';
import type { QueryAnswer, QueryCell } from '../questions/query/index.ts';
import type { NamedObject } from './named-objects.ts';
import { type QueryTextInput, queryText } from './query-text.ts';
import { displayWidth, PLAIN } from './style.ts';

const set = (...texts: string[]) => addressSet(texts.map((text) => parseIpRange(text)!));
const NAMES: readonly NamedObject[] = [
  { label: 'service tag Sql', addresses: set('20.61.0.0/16'), rank: 6 },
];

const route = {
  box: 'subnet',
  name: 'aks-subnet',
  stage: 'route',
  by: { kind: 'route', name: 'route fwrn 0.0.0.0/0', at: placeAt('infra/net.json', 83) },
} as const;
const rule = {
  box: 'firewall',
  name: 'fw-hub',
  stage: 'network rules',
  by: { kind: 'rule', name: 'group/sql', at: placeAt('infra/fw.json', 134) },
} as const;
const passive = {
  box: 'node',
  name: 'node of pool np',
  stage: 'masquerade',
  by: { kind: 'platform', name: 'destination outside' },
} as const;
const denial = {
  box: 'firewall',
  name: 'fw-hub',
  stage: 'default',
  by: { kind: 'default', name: 'default deny' },
} as const;

const ALLOWED: QueryCell = {
  verdict: 'allowed',
  origins: ['pets/order'],
  target: 'the internet, by address',
  to: 'the internet',
  chain: [passive, route, rule],
  needs: [],
  assumptions: [],
  flows: {
    count: 2,
    boxes: [
      { protocols: ['tcp'], destinationPorts: [1433, 1433], destinations: set('20.61.0.0/16') },
      { protocols: ['tcp'], destinationPorts: [443, 443], destinations: set('20.61.0.0/16') },
    ],
  },
  witness: { from: 'deploy:pets/order', to: '20.61.0.1:443', protocol: 'tcp' },
};
const OPEN: QueryCell = {
  ...ALLOWED,
  verdict: 'open',
  target: 'the internet, by name',
  needs: [{ missing: 'members of service tag X', at: placeAt('infra/fw.json', 140) }],
  assumptions: ['10.0.0.4 is the private address of firewall fw-hub'],
  flows: {
    count: 1,
    boxes: [
      { protocols: ['udp'], names: { patterns: ['*'], except: ['a.b'], withoutName: false } },
    ],
  },
  witness: { from: 'deploy:pets/order', to: 'host.example:53/udp', protocol: 'udp' },
};
const BROKEN: QueryCell = {
  ...ALLOWED,
  verdict: 'broken',
  origins: ['internet'],
  target: 'pets/front',
  chain: [],
  by: { kind: 'platform', name: 'fw-hub never saw the request' },
  flows: { count: 1, boxes: [{}] },
  witness: { from: 'internet', to: 'deploy:pets/front', protocol: 'icmp' },
};
const DENIED: QueryCell = {
  ...ALLOWED,
  verdict: 'denied',
  chain: [passive, route, denial],
  by: denial.by,
  flows: { count: 1, boxes: [{ protocols: ['tcp', 'udp'], destinations: set('192.0.2.0/24') }] },
  witness: { from: 'deploy:pets/order', to: '192.0.2.1:443', protocol: 'tcp' },
};

const answer = (...cells: QueryCell[]): QueryAnswer => ({
  from: 'ns:pets',
  to: 'internet',
  cells,
  inconclusive: [],
});
const text = (cells: readonly QueryCell[], more: Partial<QueryTextInput> = {}): string =>
  queryText(
    { answer: answer(...cells), names: NAMES, paths: ['infra'], verbose: false, ...more },
    PLAIN,
  );

describe('an answer for people', () => {
  it('says what is allowed first, then what is open, broken and denied', () => {
    expect(text([DENIED, BROKEN, OPEN, ALLOWED])).toBe(
      ` ns:pets → internet
 1 allowed · 1 open · 1 broken · 1 denied   kinds of flows: one verdict, one reason each

 allowed  pets/order → the internet, by address
          flows  tcp 443 (https), 1433 (mssql)  to service tag Sql
          by     subnet aks-subnet  route fwrn 0.0.0.0/0                                 net.json:83
                 firewall fw-hub    network rules: group/sql                             fw.json:134
          see    sallyport trace --from deploy:pets/order --to 20.61.0.1:443 infra

 open     pets/order → the internet, by name
          flows  udp  to any name but a.b
          needs: members of service tag X                                                fw.json:140
          if so  subnet aks-subnet  route fwrn 0.0.0.0/0                                 net.json:83
                 firewall fw-hub    network rules: group/sql                             fw.json:134
          see    sallyport trace --from deploy:pets/order --to host.example:53/udp infra

 broken   internet → pets/front
          flows  any protocol
          lost   fw-hub never saw the request
          see    sallyport trace --from internet --to deploy:pets/front --protocol icmp infra

 denied   pets/order → the internet, by address
          flows  tcp, udp  to 192.0.2.0/24
          by     firewall fw-hub    default deny
          after  subnet aks-subnet  route fwrn 0.0.0.0/0                                 net.json:83
          see    sallyport trace --from deploy:pets/order --to 192.0.2.1:443 infra

 assuming  10.0.0.4 is the private address of firewall fw-hub

 files     in infra
`,
    );
  });

  it('what every cell passes is said once', () => {
    const other = (port: number): QueryCell => ({
      ...ALLOWED,
      chain: [route, { ...rule, by: { ...rule.by, name: `group/r${port}` } }],
    });
    const said = text([other(1), other(2), other(3)]);
    expect(said.match(/route fwrn/g)).toHaveLength(1);
    expect(said).toMatch(/^ all pass +subnet aks-subnet {2}route fwrn/m);
  });

  it('many denials are told by who denies; flow by flow when they are asked for', () => {
    const denied = (target: string, name: string): QueryCell => ({
      ...DENIED,
      target,
      by: { ...denial.by, name },
      chain: [route, { ...denial, by: { ...denial.by, name } }],
    });
    const cells = [
      denied('one', 'first deny'),
      denied('two', 'second deny'),
      denied('three', 'second deny (again)'),
      { ...denied('four', 'second deny'), flows: BROKEN.flows },
    ];
    const said = text(cells);
    expect(said).toContain(' denied   4 kinds of flows, by 3 deciders\n');
    expect(said).toContain('          second deny (firewall fw-hub)\n');
    expect(said.indexOf('second deny')).toBeLessThan(said.indexOf('first deny'));
    expect(text(cells, { verbose: true })).not.toContain('deciders');
    expect(text(cells, { verdicts: ['denied'] })).not.toContain('deciders');
  });

  it('receivers that the same chain serves alike are told together', () => {
    const to = (target: string): QueryCell => ({
      ...BROKEN,
      target,
      by: { kind: 'platform', name: `a pod of ${target} is a private address` },
    });
    const said = text([to('pets/a'), to('pets/b')]);
    expect(said).toContain(' broken   internet → pets/a, pets/b\n');
    expect(said).toContain('lost   a pod of each receiver is a private address\n');
  });

  it('counts exactly what it does not show', () => {
    const boxes = Array.from({ length: 8 }, (_, index) => ({
      protocols: ['tcp'] as const,
      destinationPorts: [index * 10, index * 10],
      destinations: set(`10.0.${index}.0/24`),
    }));
    const said = text([{ ...ALLOWED, flows: { boxes, count: 2000 } }], { rowsMax: 2 });
    expect(said).toContain('and 1,998 of 2,000 boxes (99.9 %), not shown');
    const huge = text([{ ...ALLOWED, flows: { boxes, count: 1e30 } }]);
    expect(huge).toContain('of about 1.0e+30 boxes (more than 99.9 %), not shown');
    const more = text(Array.from({ length: 15 }, (_, n) => ({ ...ALLOWED, origins: [`p/${n}`] })));
    expect(more).toContain('and 3 more allowed kinds of flows (--verbose)');
  });

  it('a question given up comes before the cells, with what would be decided', () => {
    const inconclusive = [
      { exhausted: 'time', artefact: 'a to b', hint: 'ask for one port' },
    ] as const;
    const said = queryText(
      {
        answer: { ...answer(ALLOWED), inconclusive },
        names: [],
        paths: ['.'],
        verbose: false,
      },
      PLAIN,
    );
    expect(said).toContain(' 1 allowed · 1 inconclusive ');
    expect(said.indexOf(' inconclusive  a to b: no time was left')).toBeGreaterThan(0);
    expect(said.indexOf('inconclusive  a to b')).toBeLessThan(said.indexOf(' allowed  pets'));
    expect(said).toContain('hint  ask for one port');
  });

  it('no flow of the verdicts asked for, and no flow at all', () => {
    expect(text([DENIED], { verdicts: ['allowed', 'open'] })).toContain(
      'nothing is allowed or open',
    );
    expect(text([])).toContain('there is no such flow');
  });

  it('a world in which something failed cannot be walked: the example is no command', () => {
    const said = text([ALLOWED], { without: ['firewall'] });
    expect(said).toContain(' ns:pets → internet, without firewall\n');
    expect(said).toContain('e.g.   deploy:pets/order → 20.61.0.1:443 (tcp)');
    expect(said).not.toContain('sallyport trace');
  });

  it('names cannot steer the terminal, from wherever they come', () => {
    const evil = 'x\u001b[2J\u202e\n';
    const cell: QueryCell = {
      ...OPEN,
      origins: [evil],
      target: evil,
      chain: [{ box: evil, name: evil, stage: evil, by: { kind: 'rule', name: evil } }],
      by: { kind: 'rule', name: evil, at: placeAt(`${evil}/a.json`, 1) },
      needs: [{ missing: evil }],
      assumptions: [evil],
      flows: {
        count: 1,
        boxes: [{ names: { patterns: [evil], except: [evil], withoutName: true } }],
      },
      witness: { from: evil, to: evil, protocol: 'tcp' },
    };
    const inconclusive = [{ exhausted: 'ways', artefact: evil, hint: evil }] as const;
    const denied: QueryCell = { ...cell, verdict: 'denied' };
    const said = queryText(
      {
        answer: {
          from: evil,
          to: evil,
          cells: [cell, ...[1, 2, 3, 4].map((n) => ({ ...denied, origins: [`${evil}${n}`] }))],
          inconclusive,
        },
        names: [],
        paths: [evil],
        verbose: false,
        without: [evil],
      },
      PLAIN,
    );
    expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it.each([80, 100, 120])('fits %d columns, commands aside', (width) => {
    const said = queryText(
      {
        answer: answer(ALLOWED, OPEN, BROKEN, {
          ...DENIED,
          origins: Array.from({ length: 9 }, (_, n) => `namespace-${n}/deployment-${n}`),
        }),
        names: NAMES,
        paths: ['infra'],
        verbose: true,
      },
      { ...PLAIN, width },
    );
    const long = said
      .split('\n')
      .filter((line) => displayWidth(line) > width && !line.includes('sallyport trace'));
    expect(long).toEqual([]);
  });
});
