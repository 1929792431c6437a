import { describe, expect, it } from 'vitest';
import { brokenTrace } from '../../tests/support/sample-report.ts';
import { displayWidth, PLAIN } from './style.ts';
import { traceText } from './trace-text.ts';

describe('a trace for people', () => {
  it('says the answer, walks box by box, then the way back and what would have to change', () => {
    expect(traceText(brokenTrace(), PLAIN)).toBe(
      ` broken   internet → service:pets/store-front:80 tcp (http)
          internet reaches pets/store-front, and the answer never comes back.

 1  internet                               service pets/store-front
 2  pod pets/store-front  ingress policy   no network policy engine  allow

 return   lost: fw-hub never saw the request
 1  subnet aks-subnet  route  fwrn 0.0.0.0/0 → firewall fw-hub           infra/main.json:148

 assuming 10.42.2.4 is the private address of firewall fw-hub

 to change it
    - make the Service internal`
        .replace('ingress policy   no', 'ingress policy  no')
        .replace('                               service', '                              service'),
    );
  });

  it('a way back that arrives is one line', () => {
    const trace = brokenTrace();
    const back = { hops: trace.back!.hops, disposition: { kind: 'delivered', to: 'x' } } as const;
    const text = traceText({ ...trace, back, answer: 'allowed' }, PLAIN);
    expect(text).toContain('\n\n return   arrives: subnet aks-subnet\n\n');
  });

  it('a long name keeps its end; a long text wraps in its column; the verdict column stands', () => {
    const trace = brokenTrace();
    const [, pod] = trace.forward.hops;
    const name = 'namespace-with-a-long-name/deployment-with-a-longer-name';
    const text = 'the policy selects the pod and allows what comes from its own namespace only';
    const steps = [{ ...pod!.steps[0]!, text }];
    const walked = { ...trace.forward, hops: [{ ...pod!, name, steps }] };
    const lines = traceText({ ...trace, forward: walked }, PLAIN).split('\n');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(100);
    const first = lines.find((line) => line.startsWith(' 1  '));
    expect(first).toContain('pod names…');
    expect(first).toContain('with-a-longer-name');
    expect(first).toMatch(/ allow$/);
  });
});
