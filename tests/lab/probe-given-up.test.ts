import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labReady, notRun } from '../support/lab-ready.ts';
import { freshName, labCommands } from './lab-command.ts';

/** What a probe puts into a lab to look at packets, and somebody who gives it up while it stands there. */

const ready = labReady();
const NETWORK =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network';
const TEMPLATE = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  resources: [
    {
      type: 'Microsoft.Network/virtualNetworks',
      name: 'vnet',
      apiVersion: '2024-05-01',
      location: 'westeurope',
      properties: {
        addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
        subnets: [
          { name: 's', properties: { addressPrefix: '10.1.0.0/24', defaultOutboundAccess: true } },
        ],
      },
    },
    {
      type: 'Microsoft.Network/networkInterfaces',
      name: 'vm',
      apiVersion: '2024-05-01',
      location: 'westeurope',
      properties: {
        ipConfigurations: [
          {
            name: 'ip',
            properties: {
              privateIPAddress: '10.1.0.4',
              subnet: { id: `${NETWORK}/virtualNetworks/vnet/subnets/s` },
            },
          },
        ],
      },
    },
  ],
};

describe.skipIf(!ready.ok)(`a probe that is given up${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  const lab = freshName('g');
  const run = (verb: string, ...words: readonly string[]) =>
    commands.run(verb, '--name', lab, ...words);
  const tables = async () => (await run('exec', 'fabric', '--', 'nft', 'list', 'tables')).out;
  /** The command lines of all processes of that namespace. */
  const inside = async () => {
    const list =
      'own=$(readlink /proc/$$/ns/net); for p in /proc/[0-9]*; do [ "$(readlink $p/ns/net)" = "$own" ] && tr "\\0" " " < $p/cmdline; done';
    return (await run('exec', 'fabric', '--', 'sh', '-c', list)).out;
  };
  beforeAll(async () => {
    const folder = join(commands.labs, 'one');
    mkdirSync(folder);
    writeFileSync(join(folder, 'main.json'), JSON.stringify(TEMPLATE));
    expect(await run('up', folder)).toMatchObject({ code: 0, err: '' });
    // What is proven to arrive does not: each such flow is then looked at in every box.
    expect(await run('fail', 'edge--fabric')).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });

  it('leaves no rule that traces packets, and nobody who listens', {
    timeout: 60_000,
  }, async () => {
    const probe = commands.start('probe', '--name', lab, '--seconds', '0.2');
    let seen = '';
    for (let tries = 0; tries < 200 && !seen.includes('sallyport_trace'); tries += 1) {
      seen = await tables();
    }
    expect(seen).toContain('sallyport_trace');
    expect(await inside()).toContain('readlink');
    probe.stop('SIGINT');
    expect((await probe.done).code).toBe(130);
    expect(await tables()).not.toContain('sallyport_trace');
    expect(await inside()).not.toContain('nft monitor');
  });
});
