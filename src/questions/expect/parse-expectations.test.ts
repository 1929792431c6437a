import { describe, expect, it } from 'vitest';
import { locate, sourceText } from '../../diagnostics/index.ts';
import { parseYaml } from '../../importers/kubernetes-yaml/index.ts';
import { parseExpectations } from './index.ts';

function parse(text: string) {
  const { documents, diagnostics } = parseYaml(text, sourceText('perimeter.yaml', text));
  expect(diagnostics).toEqual([]);
  const value = documents[0]?.value;
  if (value === undefined) throw new Error('no document');
  const parsed = parseExpectations(value);
  return {
    expectations: parsed.value,
    hints: parsed.diagnostics.map(({ hint }) => hint),
    problems: parsed.diagnostics.map(({ message, at, code, severity }) => {
      expect(`${severity} ${code}`).toBe('error expect/invalid');
      const { line, column } = locate(at!);
      return `${line}:${column} ${message}`;
    }),
  };
}

/** One entry, indented below `expect:`. */
const entry = (text: string) => parse(`expect:\n  - ${text}\n`);

describe('perimeter.yaml', () => {
  it('is read: five kinds, with names, reasons and places', () => {
    const { expectations, problems } = parse(`expect:
  - only: { from: { namespace: store, app: order-service }, to: internet, flows: [ "api.stripe.com:443" ] }
  - name: shut
    why: Only the gateway is public.
    never: { from: internet, to: pods, unless: { via: WAF } }
  - always: aks-dependencies
  - symmetric: all
  - isolated: store
  - always: { from: nodes, to: "mcr.microsoft.com:443" }
  - symmetric: { from: [internet, nodes], to: "ns:store:80,443" }
  - isolated:
      namespace: pets
      except:
        - { from: ns:ingress, to: "deploy:pets/front:8080" }
`);
    expect(problems).toEqual([]);
    expect(expectations.map(({ name, at }) => `${locate(at).line} ${name}`)).toEqual([
      '2 only ns:store (app=order-service) → internet: api.stripe.com:443',
      '3 shut',
      '6 always aks-dependencies',
      '7 symmetric all',
      '8 isolated store',
      '9 always nodes → mcr.microsoft.com:443',
      '10 symmetric internet, nodes → ns:store:80,443',
      '11 isolated pets',
    ]);
    expect(expectations[1]).toMatchObject({
      kind: 'never',
      text: 'never internet → pods, unless via waf',
      why: 'Only the gateway is public.',
      unless: { via: ['waf'] },
    });
    expect(expectations[0]).toMatchObject({
      from: [{ kind: 'labels', namespace: 'store', labels: [['app', 'order-service']], ports: '' }],
      flows: ['api.stripe.com:443'],
    });
  });

  it('may be empty', () => {
    expect(parse('~\n').expectations).toEqual([]);
    expect(parse('expect: []\n').problems).toEqual([]);
    expect(parse('expect: []\n').expectations).toEqual([]);
  });

  it('is one object whose only key is expect', () => {
    expect(parse('- never: x\n').problems).toEqual([
      expect.stringMatching(/^1:1 `the whole file`: /),
    ]);
    expect(parse('expects: []\nexpect: []\n').problems).toEqual([
      '1:10 `expects` is not understood',
    ]);
    expect(parse('expect: never\n').problems).toEqual([expect.stringMatching(/^1:9 `expect`: /)]);
  });
});

describe('a mistake is told where it is, and its entry left out', () => {
  it.each([
    ['nothing', 'name: idle', '2:5 an expectation says nothing'],
    [
      'two kinds in one entry',
      'never: { from: pods, to: internet }\n    symmetric: all',
      '3:16 an expectation says `never` and `symmetric`',
    ],
    [
      'a key that is none',
      'never: { from: pods, to: internet, until: 2027 }',
      '2:47 `expect.0.never.until` is not understood',
    ],
    [
      'a kind that is none',
      'newer: { from: pods, to: internet }',
      '2:12 `expect.0.newer` is not understood',
    ],
    [
      'a key of an end that is none',
      'never: { from: { namespace: a, ap: b }, to: internet }',
      '2:40 `expect.0.never.from.ap` is not understood',
    ],
    [
      'a selector that is none',
      'never: { from: podz, to: internet }',
      '2:20 `podz` is not a set of ends',
    ],
    [
      'a selector that is none, in a list',
      'never: { from: [pods, "pot:a/b"], to: internet }',
      '2:27 `pot:a/b` starts with `pot:`, which is no kind of end',
    ],
    [
      'ports of a sender',
      'never: { from: "pods:80", to: internet }',
      '2:20 `pods:80` has ports, and it sends: ports belong to the receiving side',
    ],
    [
      'a sender that only receives',
      'never: { from: example.com, to: internet }',
      '2:20 `example.com` cannot send: it only receives',
    ],
    [
      'a Service as a receiver',
      'never: { from: pods, to: service:a/b }',
      '2:30 `service:a/b` is a Service: name the pods behind it',
    ],
    [
      'a flow that is no selector',
      'only: { from: pods, to: internet, flows: [ "*" ] }',
      '2:48 `*` is not a set of ends',
    ],
    [
      'an exception that is about no pods',
      'isolated: { namespace: a, except: [ { from: internet, to: ns:a } ] }',
      '2:49 `internet` is no pods',
    ],
  ])('%s', (_, text, problem) => {
    const { problems, expectations, hints } = entry(text);
    expect(problems).toContain(problem);
    expect(problems).toHaveLength(1);
    expect(hints.every((hint) => hint !== undefined && hint.length > 5)).toBe(true);
    expect(expectations).toEqual([]);
  });

  it.each([
    ['a side that is missing', 'never: { from: pods }', /^2:12 `expect\.0\.never\.to`/],
    ['a side that is a number', 'never: { from: pods, to: 7 }', /^2:30 `expect\.0\.never\.to`/],
    ['no list of flows', 'only: { from: pods, to: internet }', /^2:11 .*list what may arrive/],
    [
      'a word that is none',
      'symmetric: some',
      /^2:16 `expect\.0\.symmetric` has none of the forms/,
    ],
    ['an empty list of ends', 'never: { from: [], to: pods }', /^2:20 .*at least one set of ends/],
    ['a name that is no text', 'name: [a]\n    symmetric: all', /^2:11 `expect\.0\.name`/],
  ])('%s', (_, text, problem) => {
    const { problems, expectations } = entry(text);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(expectations).toEqual([]);
  });

  it('a name that is there twice, given or not; the first one counts', () => {
    const { problems, expectations } = parse(`expect:
  - { name: a, never: { from: pods, to: internet } }
  - { name: a, symmetric: all }
  - symmetric: all
  - symmetric: all
`);
    expect(problems).toEqual(['3:13 `a` is there twice', '5:16 `symmetric all` is there twice']);
    expect(expectations.map(({ name }) => name)).toEqual(['a', 'symmetric all']);
  });

  it('the entries beside it are kept', () => {
    const { problems, expectations } = parse(`expect:
  - never: { from: podz, to: internet }
  - never: { from: pods, to: internet }
`);
    expect(problems).toHaveLength(1);
    expect(expectations.map(({ name }) => name)).toEqual(['never pods → internet']);
  });
});
