import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type EndpointProcess, serveEndpoint } from '../support/endpoint-process.ts';
import { projectRoot } from '../support/source-tree.ts';

/** The JavaScript management SDKs, unmodified, with every style of waiting they know. */
const PACKAGES = [
  '@azure/arm-network',
  '@azure/arm-containerservice',
  '@azure/arm-resources',
  '@azure/arm-resourcegraph',
];
const missing = PACKAGES.filter((name) => {
  try {
    createRequire(import.meta.url).resolve(name);
    return false;
  } catch {
    return true;
  }
});
const why = missing.length === 0 ? '' : ` (not run: ${missing.join(', ')} not installed)`;

describe.skipIf(missing.length > 0)(`the JavaScript SDKs${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sdk-'));
  const running: EndpointProcess[] = [];
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['answered at once', '0'],
    ['with operations that take a while', '1'],
  ])('make, read, refuse, query, deploy and delete, %s', { timeout: 180_000 }, async (_, polls) => {
    const directory = join(folder, polls);
    const endpoint = await serveEndpoint(directory, '--polls', polls);
    running.push(endpoint);
    const session = join(projectRoot, 'tests', 'support', 'sdk-session.mjs');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [session, endpoint.origin, endpoint.subscription],
      {
        encoding: 'utf8',
        env: { ...process.env, NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') },
      },
    );
    expect(stderr.split('\n').filter((line) => /Error/.test(line))).toEqual([]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      subnets: [
        { name: 'AzureFirewallSubnet', provisioningState: 'Succeeded', isInVnet: true },
        { name: 'nodes', provisioningState: 'Succeeded', isInVnet: true },
      ],
      address: expect.stringMatching(/^20\.\d+\.\d+\.\d+$/),
      // Azure keeps the first four addresses of a subnet: .4 is the first that anything gets (azure-networking).
      firewall: { privateIPAddress: '10.0.0.4', rules: ['time'], threatIntelMode: 'Alert' },
      cluster: { hasName: true, hasPrincipal: true, provisioningState: 'Succeeded' },
      kubeconfig: true,
      listed: ['vnet'],
      refused: { code: 'NetcfgSubnetRangeOutsideVnet', statusCode: 400 },
      missing: { code: 'ResourceNotFound', statusCode: 404 },
      graph: [{ name: 'fw', location: 'westeurope', tier: 'Standard' }],
      deployment: {
        state: 'Succeeded',
        output: `/subscriptions/${endpoint.subscription}/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt`,
      },
      route: '10.0.0.4',
      exists: false,
    });
  });
});
