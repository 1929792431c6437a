import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../src/io/index.ts';
import {
  type IngressPart,
  ingressControllers,
  planApplicationGateways,
  planIngress,
} from '../../src/lab/plan/ingress/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { serviceAt } from '../support/ingress-cluster.ts';
import { projectRoot } from '../support/source-tree.ts';
import { configurationTest, WEB_SERVER_MISSING } from '../support/web-server.ts';

/** Configurations of the examples, as kept in tests/golden/lab-ingress. `UPDATE_GOLDEN=1` writes them anew. */

const folder = join(projectRoot, 'tests', 'golden', 'lab-ingress');
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

async function perimeterAt(...path: readonly string[]) {
  const snapshot = await importPaths(
    nodeFileSystem(),
    [join(projectRoot, ...path)],
    {},
    bundledDatasets(),
  );
  return readPerimeter(snapshot);
}

async function gatewayOf(example: string): Promise<IngressPart> {
  const perimeter = await perimeterAt('examples', example);
  const gateways = [...perimeter.applicationGateways.values()];
  return planApplicationGateways({
    perimeter,
    seats: gateways.map((gateway) => ({
      gateway,
      host: 'agw',
      address: '127.0.0.1',
      frontends: new Map(gateway.frontends.map(({ key }) => [key, '127.0.0.1'])),
      resolvers: ['168.63.129.16'],
    })),
  });
}

async function quickstart(): Promise<IngressPart> {
  const sample = 'aks-store-ingress-quickstart.yaml';
  const perimeter = await perimeterAt('tests/samples/kubernetes/aks-store-demo', sample);
  const { controllers } = ingressControllers(perimeter.kubernetes);
  expect(controllers.map(({ key, isStandIn }) => [key, isStandIn])).toEqual([
    ['ingress app-routing', true],
  ]);
  const seats = controllers.map((controller) => ({
    controller,
    host: 'nginx',
    addresses: ['10.244.0.7'],
  }));
  const service = { ...serviceAt('store-front', 8080), namespace: 'default' };
  return planIngress({ perimeter, seats, services: [service] });
}

const CASES: readonly (readonly [string, () => Promise<IngressPart>])[] = [
  ['store-hardened', () => gatewayOf('store-hardened')],
  ['ingress-quickstart', quickstart],
];

describe.each(CASES)('%s', (name, plan) => {
  it('has the files, processes and gaps that are kept', async () => {
    const part = await plan();
    for (const [file, text] of kept(part)) {
      const path = join(folder, name, file);
      if (isUpdate) {
        mkdirSync(join(folder, name), { recursive: true });
        writeFileSync(path, text);
      }
      expect(text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '');
    }
  });

  it.skipIf(WEB_SERVER_MISSING !== undefined)('is a configuration nginx accepts', async () => {
    expect(configurationTest(await plan())).toBe('');
  });
});

/** Each file under its last name; what is no file as one text. */
function kept(part: IngressPart): readonly (readonly [string, string])[] {
  const { files, processes, certificates, gaps, simplifications } = part;
  const said = gaps.map(({ what, why }) => `${what}: ${why}`);
  const plan = { processes, certificates, gaps: said, simplifications };
  return [
    ...files.map(({ path, text }) => [path.slice(path.lastIndexOf('/') + 1), text] as const),
    ['plan.json', `${JSON.stringify(plan, undefined, 2)}\n`],
  ];
}
