import { describe, expect, it } from 'vitest';
import { readPerimeter } from '../../../src/model/index.ts';
import { deriveNetwork } from '../../../src/network/index.ts';
import { auditPerimeter } from '../../../src/questions/rules/index.ts';
import { type Json, snapshotOf } from '../../support/snapshot-of.ts';

// Expected by hand: policies add up (K8P-04); a pod no policy covers is open (K8P-01).

function workload(name: string, replicas = 2): Json {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas,
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c' }] } },
    },
  };
}

function policy(name: string, app: string, from: Json, port = 80): Json {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'shop' },
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [from], ports: [{ protocol: 'TCP', port }] }],
    },
  };
}

const app = (name: string): Json => ({ podSelector: { matchLabels: { app: name } } });
const PODS = [workload('web'), workload('api', 1), workload('db')];

function audited(...policies: readonly Json[]) {
  const audit = auditPerimeter(
    deriveNetwork(readPerimeter(snapshotOf([], [...PODS, ...policies]))),
  );
  expect(audit.inconclusive).toEqual([]);
  return audit;
}

describe('rules of network policies', () => {
  it('policies for different pods, peers or ports need each other not', () => {
    const audit = audited(
      policy('a', 'api', app('web')),
      policy('b', 'api', app('db')),
      policy('c', 'api', app('web'), 8080),
      policy('d', 'db', app('api')),
    );
    expect(audit.rules).toBe(4);
    expect(audit.findings).toEqual([]);
  });

  it('what a wider policy allows already changes nothing, wherever the two stand', () => {
    const audit = audited(
      policy('a-narrow', 'api', app('web')),
      policy('b-wide', 'api', { podSelector: {} }),
      policy('c-narrow', 'api', app('db')),
    );
    expect(audit.findings.map(({ message }) => message)).toEqual([
      'NetworkPolicy shop/a-narrow ingress[0] allows nothing that NetworkPolicy shop/b-wide ingress[0] does not allow.',
      'NetworkPolicy shop/c-narrow ingress[0] allows nothing that NetworkPolicy shop/b-wide ingress[0] does not allow.',
    ]);
    expect(audit.removable.map(({ name }) => name)).toEqual([
      'NetworkPolicy shop/a-narrow ingress[0]',
      'NetworkPolicy shop/c-narrow ingress[0]',
    ]);
  });

  it('of two equal rules either may go, and not both', () => {
    const audit = audited(policy('a', 'api', app('web')), policy('b', 'api', app('web')));
    expect(audit.findings.map(({ kind }) => kind)).toEqual(['redundant', 'redundant']);
    expect(audit.removable).toHaveLength(1);
  });

  it('a rule between pods of one workload counts, as there may be another of them', () => {
    const audit = audited(policy('self', 'api', app('api')));
    expect(audit.findings).toEqual([]);
  });

  it('a policy that covers no pod is told apart: the input may not hold them all', () => {
    const audit = audited(policy('gone', 'nobody', app('web')));
    expect(audit.findings.map(({ kind, mayGo }) => [kind, mayGo])).toEqual([['unreached', false]]);
  });
});
