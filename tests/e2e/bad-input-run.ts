import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { type Ran, sallyport } from './run-sallyport.ts';

export interface Watched extends Ran {
  readonly seconds: number;
  readonly megabytes: number;
}

const memory = pathToFileURL(join(projectRoot, 'tests', 'support', 'print-memory.mjs')).href;

/**
 * Runs the command line on input nobody should have to trust, and expects what holds whatever the input is: an end
 * soon, little memory, a documented exit code, no stack trace, nothing that is called a bug of ours.
 */
export function watched(args: readonly string[], cwd: string, secondsMax = 10): Watched {
  const started = performance.now();
  const ran = sallyport(args, { cwd, env: { NODE_OPTIONS: `--import=${memory}` } });
  const seconds = (performance.now() - started) / 1000;
  const peak = /\npeak memory (\d+)\n$/.exec(ran.err);
  const err = ran.err.slice(0, peak?.index);
  const said = ran.out + err;
  expect([0, 1, 2, 3], said.slice(-2000)).toContain(ran.code);
  expect(said).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(said).not.toMatch(/\bbug: |InvariantError|TypeError|RangeError/);
  const megabytes = Number(peak?.[1]) / 1024;
  expect(megabytes).toBeLessThan(600);
  expect(seconds).toBeLessThan(secondsMax);
  return { ...ran, err, seconds, megabytes };
}

/** One policy with one rule, and the one thing there is to say about it: a note, which fails no build. */
export const HEALTHY = JSON.stringify(
  {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      { type: 'Microsoft.Network/firewallPolicies', apiVersion: '2023-09-01', name: 'healthy' },
      {
        type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
        apiVersion: '2023-09-01',
        name: 'healthy/group',
        properties: {
          priority: 200,
          ruleCollections: [
            {
              ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
              name: 'collection',
              priority: 100,
              action: { type: 'Allow' },
              rules: [
                {
                  ruleType: 'NetworkRule',
                  name: 'mail',
                  ipProtocols: ['TCP'],
                  sourceAddresses: ['10.0.0.0/24'],
                  destinationAddresses: ['198.51.100.7'],
                  destinationPorts: ['25'],
                },
              ],
            },
          ],
        },
      },
    ],
  },
  undefined,
  2,
);

export const HEALTHY_SAYS = 'Rule group/collection/mail allows mail on port 25';
