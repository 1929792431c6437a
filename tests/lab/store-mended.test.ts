import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { labReady, notRun } from '../support/lab-ready.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName, labCommands } from './lab-command.ts';

/**
 * What `ingress/asymmetric-return` advises, done by hand to examples/store: an internal load balancer, and a DNAT rule to its front
 * end. The clients that hung (example-labs.test.ts) now get the page, and the firewall's log says which rule let them in.
 */

const ready = labReady();
const FRONT_END = '10.42.1.100';
const PUBLIC = '203.0.113.77';

interface Resource {
  readonly type: string;
  readonly properties: Record<string, unknown>;
}

function mend(folder: string): void {
  const file = join(folder, 'azuredeploy.json');
  const template = JSON.parse(readFileSync(file, 'utf8')) as { readonly resources: Resource[] };
  const firewall = template.resources.find(({ type }) => type.endsWith('/azureFirewalls'))!;
  firewall.properties['natRuleCollections'] = [
    {
      name: 'ingress',
      properties: {
        priority: 100,
        action: { type: 'Dnat' },
        rules: [
          {
            name: 'store-front',
            protocols: ['TCP'],
            sourceAddresses: ['*'],
            destinationAddresses: [PUBLIC],
            destinationPorts: ['80'],
            translatedAddress: FRONT_END,
            translatedPort: '80',
          },
        ],
      },
    },
  ];
  writeFileSync(file, JSON.stringify(template, null, 2));
  const objects = join(folder, 'aks-store-quickstart.yaml');
  const service = 'kind: Service\nmetadata:\n  name: store-front\n';
  const text = readFileSync(objects, 'utf8');
  expect(text).toContain(service);
  const annotations = [
    '  annotations:',
    '    service.beta.kubernetes.io/azure-load-balancer-internal: "true"',
    `    service.beta.kubernetes.io/azure-load-balancer-ipv4: ${FRONT_END}`,
    '',
  ].join('\n');
  writeFileSync(objects, text.replace(service, `${service}${annotations}`));
}

it.skipIf(!ready.ok)(
  `the store behind its firewall answers its customers, as the finding advises${notRun(ready)}`,
  async () => {
    const commands = labCommands();
    const lab = freshName('m');
    const folder = join(commands.labs, 'store');
    try {
      cpSync(join(projectRoot, 'examples', 'store'), folder, { recursive: true });
      mend(folder);
      const assume = ['--assume', `aks-egress-fwpublicip.publicIp=${PUBLIC}`];
      const up = await commands.run('up', folder, '--name', lab, ...assume);
      expect(up.err).toBe('');
      const curl = ['--', 'curl', '-sS', '-m', '5', `http://${PUBLIC}/`];
      const page = await commands.run('exec', '--name', lab, 'internet', ...curl);
      expect(page.out).toContain('<h1>Contoso Pet Store</h1>');
      const { out: log } = await commands.run('logs', '--name', lab, 'azfwnatrule');
      const record = log.split('\n').find((line) => line.includes('AZFWNatRule')) ?? '';
      expect(record).toContain(`"TranslatedIp":"${FRONT_END}"`);
      expect(record).toContain('"Rule":"store-front"');
    } finally {
      await commands.run('down', '--all');
      commands.remove();
    }
  },
);
