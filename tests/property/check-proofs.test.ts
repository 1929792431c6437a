import { describe, expect, it } from 'vitest';
import { bundledDatasets } from '../../src/io/bundled-data.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork } from '../../src/network/index.ts';
import { CATALOGUE, certaintyOf } from '../../src/questions/check/index.ts';
import { randomPerimeter } from '../support/random-perimeter.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

/** Checks that prove: each walks a flow of what it proved, and breaks off when the walk says otherwise. */
const PROVING = [
  'egress/required-unreachable',
  'ingress/asymmetric-return',
  'ingress/dnat-target-unreachable',
  'nsg/cluster-traffic-denied',
  'nsg/node-subnet-open-to-internet',
  'nsg/rule-never-reached',
];

/** `SALLYPORT_CHECK_SEEDS=500`: more random perimeters. */
const SEEDS = Number(process.env['SALLYPORT_CHECK_SEEDS'] ?? '25');
const { serviceTags, fqdnTags, requiredEgress, privateDnsZones } = bundledDatasets();

describe('what checks prove', () => {
  it('agrees with the walk on random perimeters', () => {
    const broken: string[] = [];
    const known = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { resources, objects } = randomPerimeter(seed);
      const perimeter = readPerimeter(
        snapshotOf(resources, objects, { serviceTags, fqdnTags, requiredEgress, privateDnsZones }),
      );
      const network = deriveNetwork(perimeter);
      for (const check of CATALOGUE.filter(({ id }) => PROVING.includes(id))) {
        try {
          const context = {
            perimeter,
            network,
            asOf: '2026-11-21',
            profile: 'production',
          } as const;
          const outcome = check.run(context);
          const all = outcome.kind === 'fail' ? outcome.findings : [];
          for (const { evidence } of all) known.add(certaintyOf(evidence).kind);
          if (outcome.kind === 'pass') known.add(outcome.certainty?.kind ?? 'configured');
        } catch (error) {
          broken.push(`seed ${seed}, ${check.id}: ${String(error)}`);
        }
      }
    }
    expect(broken).toEqual([]);
    // Proofs, not samples: most of what is found is shown of all flows.
    expect(known).toContain('proven');
  }, 120_000);
});
