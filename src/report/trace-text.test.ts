import { describe, expect, it } from 'vitest';
import { brokenTrace, placeAt } from '../../tests/support/sample-report.ts';
import type { Hop, Step, Trace } from '../trace/index.ts';
import { displayWidth, PLAIN } from './style.ts';
import { traceText } from './trace-text.ts';

const DELIVERED = { kind: 'delivered', to: 'x' } as const;

/** The sample with another way there; its steps are those of one box. */
function walked(kind: string, name: string, steps: readonly Step[], rest: Partial<Trace> = {}) {
  const { back: _, ...trace } = brokenTrace();
  const hop: Hop = { kind, name, steps, flow: trace.flow };
  const forward = { hops: [hop], disposition: DELIVERED } as const;
  return traceText({ ...trace, answer: 'allowed', forward, ...rest }, PLAIN);
}

describe('a trace for people', () => {
  it('says the answer, walks box by box, then the way back and what would have to change', () => {
    expect(traceText(brokenTrace(), PLAIN)).toBe(
      ` broken   internet → service:pets/store-front:80 tcp (http)
          internet reaches pets/store-front, and the answer never comes back.

 1  internet
 2  pod pets/store-front  ingress policy  no network policy engine  allow

 return    lost: fw-hub never saw the request
 1  subnet aks-subnet  route  fwrn 0.0.0.0/0 → firewall fw-hub                         main.json:148

 assuming  10.42.2.4 is the private address of firewall fw-hub

 to mend it
   - make the Service internal

 files     in infra`,
    );
  });

  it('a way back that arrives is one line: the boxes it passes, or that it is the same way', () => {
    const trace = brokenTrace();
    const { flow } = trace;
    const firewall: Hop = { kind: 'firewall', name: 'fw-hub', steps: [], flow };
    const text = (there: readonly Hop[], back: readonly Hop[]) =>
      traceText(
        {
          ...trace,
          answer: 'allowed',
          forward: { hops: there, disposition: DELIVERED },
          back: { hops: back, disposition: DELIVERED },
        },
        PLAIN,
      );
    expect(text([], [firewall])).toContain('\n\n return    arrives by firewall fw-hub\n\n');
    expect(text([firewall], [firewall])).toContain(
      '\n\n return    arrives the same way, mirrored\n\n',
    );
    expect(text([firewall], [])).toContain('\n\n return    straight back: no box looks at it\n\n');
  });

  it('an answer that no box sees is said too; one to an open request has a proviso', () => {
    const { back: _, ...trace } = brokenTrace();
    expect(traceText({ ...trace, answer: 'allowed' }, PLAIN)).toContain('return    straight back');
    expect(traceText({ ...trace, answer: 'denied' }, PLAIN)).not.toContain('return');
    const back = { hops: [], disposition: DELIVERED } as const;
    expect(traceText({ ...trace, back, answer: 'unknown' }, PLAIN)).toContain(
      'straight back: no box looks at it, if the request does',
    );
  });

  it('one line per step where it fits; else the box is a heading, so that its steps have room', () => {
    const at = placeAt('infra/modules/network/firewall/rules.json', 348);
    const by = { kind: 'rule', name: 'r', at } as const;
    const step: Step = {
      stage: 'application rules',
      text: 'aks-store-afwp/aks/aks-required/kubernetes-service',
      verdict: { kind: 'allow', by },
    };
    const lines = walked('firewall', 'aks-store-afw', [step]).split('\n');
    expect(lines).toContain(' 1  firewall aks-store-afw');
    const row = lines.find((line) => line.includes('application rules'))!;
    expect(row).toMatch(/^ {6}application rules {2}aks-store-afwp\/aks\/.* allow/);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => line.endsWith('rules.json:348')).length).toBe(1);
    expect(
      walked('firewall', 'fw', [{ stage: 'rule', text: 'r', verdict: step.verdict! }]),
    ).toMatch(/ 1 {2}firewall fw {2}rule {2}r {2}allow +rules\.json:348/);
  });

  it('places that share no folder are written out, one of them from the root', () => {
    const step = (file: string): Step => ({
      stage: 'route',
      text: 'r',
      by: { kind: 'route', name: 'r', at: placeAt(file, 7) },
    });
    const text = walked('subnet', 's', [step('/srv/a/x.json'), step('infra/a/y.json')]);
    expect(text).toContain(' /srv/a/x.json:7');
    expect(text).toContain(' infra/a/y.json:7');
    expect(text).not.toContain('files ');
    const roots = walked('subnet', 's', [step('/srv/x.json'), step('/etc/y.json')]);
    expect(roots).toContain(' /etc/y.json:7');
    expect(roots).not.toContain('files ');
    const near = walked('subnet', 's', [step('/srv/a/x.json'), step('/srv/ab/y.json')]);
    expect(near).toContain(' files     in /srv');
    expect(near).toContain(' ab/y.json:7');
  });

  it('a long name keeps its end; a long text wraps in its column; the verdict column stands', () => {
    const name = 'namespace-with-a-long-name/deployment-with-a-longer-name';
    const text =
      'the policy selects the pod and allows what comes from its own namespace only, and from nowhere else';
    const verdict = { kind: 'allow', by: { kind: 'default', name: 'n' } } as const;
    const steps: Step[] = [
      { stage: 'ingress policy', text, verdict },
      { stage: 'nsg', text: 'short', verdict },
    ];
    const lines = walked('pod', name, steps).split('\n');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(100);
    const box = lines.find((line) => line.startsWith(' 1  '));
    expect(box).toContain('pod names…');
    expect(box).toContain('with-a-longer-name');
    const judged = lines.filter((line) => line.endsWith(' allow'));
    expect(judged.length).toBe(2);
    expect(new Set(judged.map(displayWidth)).size).toBe(1);
  });

  it('a denial that holds only if an open rule does not match is said as such', () => {
    const fact = [{ missing: 'the members of the tag' }];
    const steps: Step[] = [
      {
        stage: 'application rules',
        text: 'tag may match',
        verdict: { kind: 'unknown', by: { kind: 'rule', name: 'tag' }, why: fact },
      },
      {
        stage: 'default',
        text: 'default deny',
        verdict: { kind: 'deny', by: { kind: 'default', name: 'default deny' } },
      },
    ];
    expect(walked('firewall', 'fw', steps, { answer: 'unknown' })).toMatch(
      /default +otherwise default deny +deny/,
    );
  });

  it('the last step before a flow is lost says that it is dropped there', () => {
    const by = { kind: 'platform', name: 'private' } as const;
    const lost = [{ stage: 'route', text: 'a private address' }];
    const hops: Hop[] = [
      { kind: 'internet', name: 'internet', steps: lost, flow: brokenTrace().flow },
    ];
    const forward = { hops, disposition: { kind: 'no-route', by } } as const;
    expect(walked('', '', [], { answer: 'denied', forward })).toMatch(
      / 1 {2}internet {2}route {2}a private address {2}drop/,
    );
  });

  it('neither a kind that the name begins with nor a protocol that the question says is repeated', () => {
    const text = walked('on-premises', 'on-premises 10.1.0.0/16', [], {
      question: { from: 'a', to: '10.0.0.4:53/tcp' },
    });
    expect(text).toContain(' 1  on-premises 10.1.0.0/16');
    expect(text).toContain(' allowed  a → 10.0.0.4:53/tcp (http)');
  });
});
