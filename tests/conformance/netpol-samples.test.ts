import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Protocol, parseIp } from '../../src/net/index.ts';
import {
  evaluateConnection,
  type PolicyEnd,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
import { type Manifest, port, worldOf } from './netpol-world.ts';

const SAMPLES = new URL('../samples/kubernetes/', import.meta.url);

interface Numbers {
  readonly workloads: number;
  readonly pairs: number;
  readonly open: number;
  readonly some: number;
  readonly none: number;
  readonly mayReachOutside: number;
  readonly reachableFromOutside: readonly string[] | number;
}

/** Ports that separate what the samples' policies tell apart, and two that nothing names. */
const PORTS = [80, 443, 3550, 5000, 5050, 6379, 7000, 7070, 8080, 9555, 50051, 1, 65535];
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];

describe('public manifests, counted by an independent evaluator', () => {
  it('aks-store-demo quickstart: no policy, every pair open', () => {
    expect(numbersOf(['aks-store-demo/aks-store-quickstart.yaml'])).toEqual({
      workloads: 4,
      pairs: 12,
      open: 12,
      some: 0,
      none: 0,
      mayReachOutside: 4,
      reachableFromOutside: 4,
    });
  });

  it('aks-store-demo all in one: no policy, every pair open', () => {
    expect(numbersOf(['aks-store-demo/aks-store-all-in-one.yaml'])).toEqual({
      workloads: 9,
      pairs: 72,
      open: 72,
      some: 0,
      none: 0,
      mayReachOutside: 9,
      reachableFromOutside: 9,
    });
  });

  it('online-boutique without policies: every pair open', () => {
    expect(numbersOf(['online-boutique/kubernetes-manifests.yaml'])).toEqual({
      workloads: 12,
      pairs: 132,
      open: 132,
      some: 0,
      none: 0,
      mayReachOutside: 12,
      reachableFromOutside: 12,
    });
  });

  it('online-boutique with policies: eleven open pairs, all to frontend, and a call graph of fifteen', () => {
    const folder = 'online-boutique/network-policies/';
    const policies = readdirSync(new URL(folder, SAMPLES)).filter(
      (file) => file !== 'kustomization.yaml',
    );
    expect(policies).toHaveLength(13);
    const files = [
      'online-boutique/kubernetes-manifests.yaml',
      ...policies.map((file) => folder + file),
    ];
    expect(numbersOf(files)).toEqual({
      workloads: 12,
      pairs: 132,
      open: 11,
      some: 15,
      none: 106,
      mayReachOutside: 12,
      reachableFromOutside: ['frontend'],
    });
  });
});

function numbersOf(files: readonly string[]): Numbers {
  const manifests = files.flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, SAMPLES), 'utf8'))
      .map((document) => document.toJSON() as Manifest | null)
      .filter((manifest) => manifest !== null),
  );
  const objects = worldOf(manifests);
  const policies = parsePolicies(objects).value;
  const outside: PolicyEnd = {
    kind: 'address',
    address: { kind: 'exact', ip: parseIp('8.8.8.8')! },
  };
  const isAllowed = (client: PolicyEnd, server: PolicyEnd, protocol: Protocol, number: number) => {
    const { verdict } = evaluateConnection(
      policies,
      'generic',
      client,
      server,
      protocol,
      port(number),
      {},
      { comparesEngines: false },
    );
    expect(verdict.kind).not.toBe('unknown');
    return verdict.kind === 'allow';
  };
  const counts = { open: 0, some: 0, none: 0 };
  const ends = objects.pods.map((pod): PolicyEnd & { kind: 'pod' } => ({ kind: 'pod', pod }));
  for (const client of ends) {
    for (const server of ends) {
      if (client === server) continue;
      const answers = PROTOCOLS.flatMap((protocol) =>
        PORTS.map((number) => isAllowed(client, server, protocol, number)),
      );
      if (answers.every((answer) => answer)) counts.open += 1;
      else if (answers.some((answer) => answer)) counts.some += 1;
      else counts.none += 1;
    }
  }
  const reachable = ends
    .filter((server) => isAllowed(outside, server, 'tcp', 8080))
    .map((server) => server.pod.name);
  return {
    workloads: objects.pods.length,
    pairs: ends.length * (ends.length - 1),
    ...counts,
    mayReachOutside: ends.filter((client) => isAllowed(client, outside, 'tcp', 443)).length,
    reachableFromOutside: reachable.length === 1 ? reachable : reachable.length,
  };
}
