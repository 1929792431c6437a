import { describe, expect, it } from 'vitest';
import { perimeterOf } from '../../../tests/support/read.ts';
import { brokenTrace } from '../../../tests/support/sample-report.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { placeless } from '../../diagnostics/index.ts';
import type { Port } from '../../net/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import type { Trace } from '../../trace/index.ts';
import type { Claim } from './expectation.ts';
import { type ExpectationVerdict, judgeExpectations } from './index.ts';

/** A Service on port 80 before pods that listen on 8080. What a walk to it says is written by hand; the pods' own addresses are denied. */

const labels = { app: 'front' };
const objects: readonly Json[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'front' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { type: 'LoadBalancer', selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  },
];
const network = deriveNetwork(perimeterOf([], objects));

function trace(answer: Trace['answer'], through: string): Trace {
  const made = brokenTrace();
  const flow = { ...made.flow, destinationPort: 8080 as Port };
  const [first, last] = made.forward.hops;
  const hops = [
    { ...first!, kind: through, name: 'door' },
    { ...last!, flow },
  ];
  return { ...made, answer, forward: { ...made.forward, hops }, assumptions: [] };
}

const end = (text: string) => [{ kind: 'selector' as const, text }];
const INTERNET_TO_PODS = { from: end('internet'), to: end('pods') };

function judge(
  claim: Claim,
  answer: Trace['answer'] | 'nothing',
  through = 'internet',
): ExpectationVerdict & { readonly walks: readonly string[] } {
  const walks: string[] = [];
  const [outcome] = judgeExpectations(
    network,
    [{ name: 'n', text: 't', at: placeless('x'), ...claim }],
    {
      ask: (from, to) => {
        const flows = { boxes: [{}], count: 1 };
        const none = { chain: [], needs: [], assumptions: [] };
        const cell = { verdict: 'denied', origins: [from], target: to, flows, ...none } as const;
        return { answer: { from, to, cells: [cell], inconclusive: [] }, diagnostics: [] };
      },
      walk: (from, to) => {
        walks.push(`${from} → ${to}`);
        return {
          traces: answer === 'nothing' ? [] : [trace(answer, through)],
          diagnostics: [],
        };
      },
    },
  );
  return { ...outcome!, walks };
}

const never = (to = 'pods', via: readonly string[] = []): Claim => ({
  kind: 'never',
  from: end('internet'),
  to: end(to),
  unless: { via },
});
const only = (...flows: readonly string[]): Claim => ({
  kind: 'only',
  ...INTERNET_TO_PODS,
  flows,
  unless: { via: [] },
});

describe('pods seen from outside are reached by the Service before them', () => {
  it('so what reaches the Service reaches the pods', () => {
    expect(judge(never(), 'allowed')).toMatchObject({
      kind: 'refuted',
      walks: ['internet → service:shop/web:80'],
      counterexamples: [{ command: 'sallyport trace --from internet --to service:shop/web:80' }],
    });
    expect(judge(never(), 'broken').kind).toBe('refuted');
    expect(judge(never(), 'denied').kind).toBe('proven');
    expect(judge(never(), 'unknown').kind).toBe('conditional');
    expect(judge(never(), 'nothing').kind).toBe('conditional');
  });

  it('not when the sender is a pod, or the receiver is none', () => {
    const inside: Claim = {
      ...INTERNET_TO_PODS,
      kind: 'never',
      from: end('pods'),
      unless: { via: [] },
    };
    expect(judge(inside, 'allowed')).toMatchObject({ kind: 'proven', walks: [] });
    expect(judge(never('internet'), 'allowed')).toMatchObject({ kind: 'proven', walks: [] });
  });

  it('on the ports of the pods, not on those of the Service', () => {
    expect(judge(never('pods:8080'), 'allowed').kind).toBe('refuted');
    expect(judge(never('pods:80'), 'allowed').kind).toBe('proven');
  });

  it('unless it comes through an excused box', () => {
    expect(judge(never('pods', ['firewall']), 'allowed', 'firewall').kind).toBe('proven');
    expect(judge(never('pods', ['door']), 'allowed', 'firewall').kind).toBe('proven');
    expect(judge(never('pods', ['firewall']), 'allowed').kind).toBe('refuted');
    // A gateway that nobody knows to block is no web application firewall.
    expect(judge(never('pods', ['waf']), 'allowed', 'application-gateway').kind).toBe('refuted');
  });

  it('unless it is listed: as a Service, or as its pods on their port', () => {
    expect(judge(only(), 'allowed').kind).toBe('refuted');
    expect(judge(only('service:shop/web'), 'allowed').kind).toBe('proven');
    expect(judge(only('service:shop/web:80'), 'allowed').kind).toBe('proven');
    expect(judge(only('service:shop/web:81'), 'allowed').kind).toBe('refuted');
    expect(judge(only('service:shop/other:80'), 'allowed').kind).toBe('refuted');
    expect(judge(only('deploy:shop/front'), 'allowed').kind).toBe('proven');
    expect(judge(only('deploy:shop/front:8080'), 'allowed').kind).toBe('proven');
    expect(judge(only('deploy:shop/front:80'), 'allowed').kind).toBe('refuted');
  });

  it('and an answer that is lost there is lost', () => {
    const symmetric: Claim = { kind: 'symmetric', ...INTERNET_TO_PODS };
    expect(judge(symmetric, 'broken').kind).toBe('refuted');
    expect(judge(symmetric, 'allowed').kind).toBe('proven');
    expect(judge(symmetric, 'unknown').kind).toBe('conditional');
  });
});
