import { describe, expect, it } from 'vitest';
import { perimeterOf } from '../../../tests/support/read.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { placeless, sourceText } from '../../diagnostics/index.ts';
import { parseYaml } from '../../importers/kubernetes-yaml/index.ts';
import { portSet } from '../../net/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import type { QueryAnswer, QueryCell, ShownBox } from '../query/index.ts';
import { type ExpectationOutcome, judgeExpectations, parseExpectations } from './index.ts';
import type { Ask } from './outcome.ts';

/** Judged with answers written by hand: what a question comes to is told apart from what is concluded of it. */

const deployment = (namespace: string, name: string): Json => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace, name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'a', image: 'a' }] },
    },
  },
});

const network = deriveNetwork(
  perimeterOf(
    [],
    [
      deployment('a', 'one'),
      deployment('a', 'two'),
      deployment('b', 'three'),
      deployment('c', 'four'),
    ],
  ),
);

type Made = Partial<Omit<QueryCell, 'flows'>> & { readonly boxes?: readonly ShownBox[] };

function cell({ boxes = [{}], ...more }: Made): QueryCell {
  return {
    verdict: 'denied',
    origins: ['a/one'],
    target: 'b/three',
    chain: [],
    needs: [],
    assumptions: [],
    witness: { from: 'deploy:a/one', to: 'deploy:b/three:443', protocol: 'tcp' },
    flows: { boxes, count: boxes.length },
    ...more,
  };
}

const through = (name: string): QueryCell['chain'] => [
  { box: 'firewall', name: 'hub', stage: 'network rules', by: { kind: 'rule', name } },
];

interface Script {
  readonly [question: string]: readonly Made[] | Partial<QueryAnswer> | string;
}

/** Answers by `from → to`; a text refuses the question. What is not in the script is denied. */
function judge(yaml: string, script: Script = {}, asked: string[] = []): ExpectationOutcome {
  const ask: Ask = (from, to) => {
    const question = `${from} → ${to}`;
    asked.push(question);
    const made = script[question] ?? [{}];
    const empty = { from, to, cells: [], inconclusive: [] };
    if (typeof made === 'string') {
      const refused = { code: 'trace/endpoint', severity: 'error', message: made } as const;
      return { answer: empty, diagnostics: [refused] };
    }
    const answer = Array.isArray(made) ? { cells: made.map(cell) } : made;
    return { answer: { ...empty, ...answer }, diagnostics: [] };
  };
  const text = `expect:\n  - ${yaml}\n`;
  const { documents } = parseYaml(text, sourceText('perimeter.yaml', text));
  const { value, diagnostics } = parseExpectations(documents[0]!.value!);
  expect(diagnostics).toEqual([]);
  const walk = () => ({ traces: [], diagnostics: [] });
  return judgeExpectations(network, value, { ask, walk })[0]!;
}

const commands = (outcome: ExpectationOutcome) =>
  outcome.kind === 'refuted' ? outcome.counterexamples.map(({ command }) => command) : outcome;
const needs = (outcome: ExpectationOutcome) =>
  outcome.kind === 'conditional' ? outcome.needs.map(({ missing }) => missing) : outcome;
const need = (missing: string) => ({ missing, at: placeless('a file') });

describe('never', () => {
  const NEVER = 'never: { from: ns:a, to: ns:b }';

  it('is proven when every flow is denied, with what that rests on', () => {
    expect(judge(NEVER, { 'ns:a → ns:b': [{ assumptions: ['x is y'] }, {}] })).toMatchObject({
      kind: 'proven',
      assumptions: ['x is y'],
    });
  });

  it('is refuted by a flow that arrives, answered or not: one witness a chain', () => {
    const outcome = judge(NEVER, {
      'ns:a → ns:b': [
        { verdict: 'allowed', chain: through('first') },
        { verdict: 'allowed', chain: through('first'), origins: ['a/two'] },
        { verdict: 'allowed', chain: through('second') },
        {
          verdict: 'broken',
          witness: { from: 'deploy:a/one', to: 'deploy:b/three', protocol: 'icmp' },
        },
        { verdict: 'open', needs: [need('x')] },
      ],
    });
    expect(commands(outcome)).toEqual([
      'sallyport trace --from deploy:a/one --to deploy:b/three:443',
      'sallyport trace --from deploy:a/one --to deploy:b/three:443',
      'sallyport trace --from deploy:a/one --to deploy:b/three --protocol icmp',
    ]);
    expect(outcome).toMatchObject({
      counterexamples: [
        { chain: ['firewall hub: network rules first'] },
        { chain: ['firewall hub: network rules second'] },
        { verdict: 'broken' },
      ],
    });
  });

  it('hangs on what a flow that may arrive needs', () => {
    const outcome = judge(NEVER, {
      'ns:a → ns:b': [
        {},
        { verdict: 'open', needs: [need('x')] },
        { verdict: 'open', needs: [need('x'), need('y')] },
      ],
    });
    expect(needs(outcome)).toEqual(['x', 'y']);
  });

  it('excuses flows that pass a box, by kind or by name, and no others', () => {
    const excused = (via: string) =>
      judge(`never: { from: ns:a, to: ns:b, unless: { via: ${via} } }`, {
        'ns:a → ns:b': [{ verdict: 'allowed', chain: through('rule') }],
      }).kind;
    expect(excused('firewall')).toBe('proven');
    expect(excused('HUB')).toBe('proven');
    expect(excused('hu')).toBe('refuted');
    // There is no gateway, let alone one that blocks.
    expect(excused('waf')).toBe('refuted');
  });

  it('asks every pair of ends once', () => {
    const asked: string[] = [];
    judge('never: { from: [ns:a, ns:c], to: ["ns:b:80", "ns:b:80"] }', {}, asked);
    expect(asked).toEqual(['ns:a → ns:b:80', 'ns:c → ns:b:80']);
  });

  it('takes labels in a namespace for the workloads that have them', () => {
    const asked: string[] = [];
    judge(
      'never: { from: { namespace: a, app: two }, to: { namespace: b, ports: "80" } }',
      {},
      asked,
    );
    expect(asked).toEqual(['deploy:a/two → ns:b:80']);
  });
});

describe('what was not answered proves nothing', () => {
  const NEVER = 'never: { from: ns:a, to: ns:b }';

  it('a question that is refused', () => {
    expect(judge(NEVER, { 'ns:a → ns:b': 'no such subnet' })).toMatchObject({
      kind: 'inconclusive',
      artefact: 'no such subnet',
    });
  });

  it('labels that no pod has', () => {
    const outcome = judge('never: { from: { namespace: a, app: nobody }, to: ns:b }');
    expect(outcome).toMatchObject({
      kind: 'inconclusive',
      artefact: expect.stringContaining('no pod of the input'),
    });
  });

  it('a question about no flow at all', () => {
    expect(judge(NEVER, { 'ns:a → ns:b': [] }).kind).toBe('inconclusive');
  });

  it('a part that was given up; a flow that is known to arrive refutes all the same', () => {
    const inconclusive = [
      { exhausted: 'time', artefact: 'a to b', hint: 'ask for one port' },
    ] as const;
    expect(judge(NEVER, { 'ns:a → ns:b': { cells: [cell({})], inconclusive } })).toMatchObject({
      kind: 'inconclusive',
      artefact: 'a to b (out of time)',
      hint: 'ask for one port',
    });
    const open = cell({ verdict: 'open', needs: [need('x')] });
    expect(judge(NEVER, { 'ns:a → ns:b': { cells: [open], inconclusive } }).kind).toBe(
      'inconclusive',
    );
    const arriving = cell({ verdict: 'allowed' });
    expect(judge(NEVER, { 'ns:a → ns:b': { cells: [arriving], inconclusive } }).kind).toBe(
      'refuted',
    );
  });

  it('flows that arrive and that nobody can write down', () => {
    const { witness: _, ...nameless } = cell({ verdict: 'allowed' });
    const script = { 'ns:a → ns:b': { cells: [nameless] } };
    expect(judge(NEVER, script).kind).toBe('inconclusive');
  });
});

describe('always', () => {
  const ALWAYS = 'always: { from: ns:a, to: "ns:b:443" }';
  const fate = (...made: readonly Made[]) => judge(ALWAYS, { 'ns:a → ns:b:443': made });

  it('needs every flow to arrive and to be answered', () => {
    expect(fate({ verdict: 'allowed' }).kind).toBe('proven');
    expect(fate({ verdict: 'allowed' }, { verdict: 'denied' }).kind).toBe('refuted');
    expect(fate({ verdict: 'allowed' }, { verdict: 'broken' }).kind).toBe('refuted');
    expect(needs(fate({ verdict: 'allowed' }, { verdict: 'open', needs: [need('x')] }))).toEqual([
      'x',
    ]);
  });

  it('cannot be told of the needs of AKS without a cluster', () => {
    expect(judge('always: aks-dependencies').kind).toBe('inconclusive');
  });
});

describe('symmetric', () => {
  const fate = (...made: readonly Made[]) =>
    judge('symmetric: { from: ns:a, to: ns:b }', { 'ns:a → ns:b': made });

  it('is refuted by an answer that is lost, and by nothing else', () => {
    expect(fate({ verdict: 'allowed' }, { verdict: 'denied' }).kind).toBe('proven');
    expect(fate({ verdict: 'broken' }).kind).toBe('refuted');
  });

  it('hangs on ways that may end in a lost answer; a way that arrives is answered', () => {
    expect(fate({ verdict: 'open', needs: [need('x')], to: 'b/three' }).kind).toBe('proven');
    expect(needs(fate({ verdict: 'open', needs: [need('x')] }))).toEqual(['x']);
  });

  it('of all asks every pair that the input has', () => {
    const asked: string[] = [];
    judge('symmetric: all', {}, asked);
    expect(asked).toEqual(['internet → pods', 'pods → internet', 'pods → pods']);
  });
});

describe('only', () => {
  const ONLY = 'only: { from: ns:a, to: ns:b, flows: [ "deploy:b/three:443,8080/tcp" ] }';
  const tcp = (...ports: readonly (readonly [number, number])[]): ShownBox => ({
    protocols: ['tcp'],
    destinationPorts: portSet(ports),
  });
  const fate = (boxes: readonly ShownBox[], more: Script = {}, yaml = ONLY, asked: string[] = []) =>
    judge(yaml, { 'ns:a → ns:b': [{ verdict: 'allowed', boxes }, {}], ...more }, asked);

  it('is proven when all that arrives is listed', () => {
    expect(fate([tcp([443, 443])]).kind).toBe('proven');
    expect(fate([tcp([443, 443]), tcp([8080, 8080])]).kind).toBe('proven');
  });

  it('is refuted by a flow beyond the list, which is asked about by itself', () => {
    const witness = { from: 'deploy:a/one', to: 'deploy:b/three:444', protocol: 'tcp' } as const;
    const asked: string[] = [];
    const again = { 'ns:a → deploy:b/three:444': [{ verdict: 'allowed', witness }] } as const;
    const outcome = fate([tcp([443, 444])], again, ONLY, asked);
    expect(commands(outcome)).toEqual([
      'sallyport trace --from deploy:a/one --to deploy:b/three:444',
    ]);
    expect(asked).toEqual(['ns:a → ns:b', 'ns:a → deploy:b/three:444']);
  });

  it('claims nothing when the flow beyond the list does not arrive by itself', () => {
    expect(fate([tcp([443, 444])]).kind).toBe('inconclusive');
  });

  it('does not take one workload, protocol or port for another', () => {
    const beyond = (flow: string, boxes: readonly ShownBox[]) =>
      fate(boxes, {}, `only: { from: ns:a, to: ns:b, flows: [ "${flow}" ] }`).kind;
    expect(
      beyond('deploy:b/three:443/tcp', [
        { protocols: ['udp'], destinationPorts: portSet([[443, 443]]) },
      ]),
    ).toBe('inconclusive');
    expect(beyond('deploy:c/four:443', [tcp([443, 443])])).toBe('inconclusive');
    expect(beyond('deploy:b/three:443', [{ protocols: ['icmp'] }])).toBe('inconclusive');
    expect(beyond('deploy:b/three', [{ protocols: ['icmp'] }, tcp([1, 9])])).toBe('proven');
    expect(beyond('deploy:b/nobody:443', [tcp([443, 443])])).toBe('inconclusive');
  });

  it('does not conclude from some pieces of a region on all of them', () => {
    const made = { ...cell({ verdict: 'allowed' }), flows: { boxes: [tcp([443, 443])], count: 9 } };
    const outcome = judge(ONLY, { 'ns:a → ns:b': { cells: [made] } });
    expect(outcome).toMatchObject({ kind: 'inconclusive' });
  });

  it('hangs on what a flow beyond the list needs', () => {
    const again: Script = {
      'ns:a → deploy:b/three:444': [{ verdict: 'open', needs: [need('x')] }],
    };
    expect(needs(fate([tcp([443, 444])], again))).toEqual(['x']);
  });

  it('tells names apart: a listed name inside a pattern leaves the others', () => {
    const yaml = 'only: { from: ns:a, to: internet, flows: [ "api.stripe.com:443" ] }';
    const names = (patterns: readonly string[], except: readonly string[] = []): ShownBox => ({
      ...tcp([443, 443]),
      names: { patterns, except, withoutName: false },
    });
    const asked: string[] = [];
    const to = (boxes: readonly ShownBox[]) =>
      judge(
        yaml,
        { 'ns:a → internet': [{ verdict: 'allowed', target: 'the internet, by name', boxes }] },
        asked,
      ).kind;
    expect(to([names(['api.stripe.com'])])).toBe('proven');
    expect(asked).toEqual(['ns:a → internet']);
    expect(to([names(['*.stripe.com'])])).toBe('inconclusive');
    expect(asked.at(-1)).toMatch(/^ns:a → (?!api\.)[a-z0-9.-]+\.stripe\.com:443$/);
    expect(to([names(['*.stripe.com'], ['api.stripe.com'])])).toBe('inconclusive');
    expect(asked.at(-1)).not.toMatch(/api\.stripe\.com/);
  });

  it('does not take flows to addresses for flows to a listed name', () => {
    const asked: string[] = [];
    const outcome = judge(
      'only: { from: ns:a, to: internet, flows: [ "api.stripe.com:443" ] }',
      {
        'ns:a → internet': [
          { verdict: 'allowed', target: 'the internet, by address', boxes: [tcp([443, 443])] },
        ],
      },
      asked,
    );
    expect(outcome.kind).toBe('inconclusive');
    expect(asked.at(-1)).toMatch(/^ns:a → [\d.]+:443$/);
  });
});

describe('isolated', () => {
  it('is proven both ways against every other namespace', () => {
    const asked: string[] = [];
    expect(judge('isolated: a', {}, asked).kind).toBe('proven');
    expect(asked).toEqual(['ns:b → ns:a', 'ns:a → ns:b', 'ns:c → ns:a', 'ns:a → ns:c']);
  });

  it('is refuted by a flow either way', () => {
    const arriving = [{ verdict: 'allowed' }] as const;
    expect(judge('isolated: a', { 'ns:c → ns:a': arriving }).kind).toBe('refuted');
    expect(judge('isolated: a', { 'ns:a → ns:b': arriving }).kind).toBe('refuted');
    expect(judge('isolated: a', { 'ns:b → ns:c': arriving }).kind).toBe('proven');
  });

  it('leaves out what is excepted, for those it is excepted for', () => {
    const yaml =
      'isolated: { namespace: a, except: [ { from: deploy:b/three, to: "deploy:a/one:80" } ] }';
    const arriving = (port: number): Made => ({
      verdict: 'allowed',
      target: 'a/one',
      boxes: [{ protocols: ['tcp'], destinationPorts: portSet([[port, port]]) }],
    });
    const fate = (question: string, port: number) =>
      judge(yaml, {
        [question]: [arriving(port)],
        'deploy:b/three → deploy:a/one:81': [{ verdict: 'allowed' }],
      }).kind;
    expect(fate('deploy:b/three → ns:a', 80)).toBe('proven');
    expect(fate('deploy:b/three → ns:a', 81)).toBe('refuted');
    expect(fate('ns:c → ns:a', 80)).toBe('refuted');
    expect(fate('ns:a → ns:b', 80)).toBe('refuted');
  });

  it('of a namespace that nobody is in, or without others, cannot be told', () => {
    expect(judge('isolated: nowhere')).toMatchObject({
      kind: 'inconclusive',
      hint: 'there is a, b, c',
    });
  });
});
