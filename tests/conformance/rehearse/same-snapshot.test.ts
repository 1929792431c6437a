import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../../src/diagnostics/index.ts';
import { importArmTemplate } from '../../../src/importers/arm-template/index.ts';
import { buildSnapshot } from '../../../src/importers/index.ts';
import { parseJson } from '../../../src/importers/json/index.ts';
import { type Perimeter, readPerimeter, type Snapshot } from '../../../src/model/index.ts';
import { recordedSnapshot } from '../../../src/rehearse/recorded-snapshot.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';
import {
  type Client,
  createClient,
  GROUP,
  NETWORK,
  SUBSCRIPTION,
  TENANT,
} from './endpoint-client.ts';

/**
 * What a template says and what the endpoint tells after carrying it out must be the same perimeter: wherever the template has a value the
 * rehearsal has that value, and what it adds are answers to what was unknown, or defaults.
 */
describe('a deployed template and the template itself are one perimeter', () => {
  it.each(['store', 'store-hardened'])('examples/%s', (name) => {
    const text = readFileSync(`examples/${name}/azuredeploy.json`, 'utf8');
    const client = createClient();
    deploy(client, text);
    const written = readPerimeter(templateSnapshot(text));
    const rehearsed = readPerimeter(recordedSnapshot(client.arm, snapshotOf([]).datasets, {}));
    const report = compare(written, rehearsed);
    expect(report.different).toEqual([]);
    expect(report.compared).toBeGreaterThan(name === 'store' ? 150 : 600);
  });
});

/** The watcher is the platform's own: it is there before anybody deploys. */
function deploy(client: Client, template: string): void {
  client.put(`${NETWORK}/networkWatchers/NetworkWatcher_eastus`, { location: 'eastus' });
  const done = client.put(
    `${GROUP}/providers/Microsoft.Resources/deployments/d`,
    `{"properties": {"mode": "Incremental", template:${template}}}`,
  );
  expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
}

function templateSnapshot(text: string): Snapshot {
  const { value } = parseJson(text, sourceText('azuredeploy.json', text));
  if (value === undefined) throw new Error('no template');
  const part = importArmTemplate(value, {
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg',
    location: 'eastus',
    tenantId: TENANT,
  });
  return buildSnapshot([part], snapshotOf([]).datasets, []);
}

interface Comparison {
  compared: number;
  readonly different: string[];
}

function compare(written: Perimeter, rehearsed: Perimeter): Comparison {
  const report: Comparison = { compared: 0, different: [] };
  for (const view of Object.keys(written) as (keyof Perimeter)[]) {
    if (['snapshot', 'diagnostics', 'gaps', 'kubernetes'].includes(view)) continue;
    walk(written[view], rehearsed[view], view, report);
  }
  return report;
}

/** Where and for which version something was written: what a GET does not tell. */
const PLACES = /^(?:at|\w+At|resource|body|source|key|apiVersion)$/;
/** Defaults of the service for lists a template leaves out. */
const FILLED = /\.network\.(?:serviceCidrs|ipFamilies)$/;

function walk(written: unknown, rehearsed: unknown, path: string, report: Comparison): void {
  // Nothing said, or not known before it is deployed: the provider may have filled it in.
  if (written === undefined || isUnknown(written)) return;
  if (written instanceof Map) {
    const other = rehearsed instanceof Map ? rehearsed : new Map<unknown, unknown>();
    for (const [key, value] of written) {
      const name = String(key).split('/').at(-1);
      walk(value, other.get(rehearsedKey(String(key), other)), `${path}[${name}]`, report);
    }
    return;
  }
  if (Array.isArray(written)) {
    const other = Array.isArray(rehearsed) ? rehearsed : [];
    if (written.length === 0 && FILLED.test(path)) return;
    if (!written.some(isUnknown) && other.length !== written.length) {
      report.different.push(`${path}: ${written.length} items, rehearsed ${other.length}`);
    }
    for (const [index, value] of written.entries()) {
      walk(value, other[index], `${path}[${index}]`, report);
    }
    return;
  }
  if (typeof written === 'object' && written !== null) {
    const other = (rehearsed ?? {}) as Record<string, unknown>;
    for (const [name, value] of Object.entries(written)) {
      // The text of an expression whose value was not known.
      const isText = name === 'destinationText' && isUnknown((written as never)['destination']);
      if (!PLACES.test(name) && !isText) walk(value, other[name], `${path}.${name}`, report);
    }
    return;
  }
  report.compared += 1;
  // The service tells the patch of a version that was asked for without one.
  const isPatch =
    path.endsWith('.kubernetesVersion') && String(rehearsed).startsWith(`${String(written)}.`);
  if (!isPatch && !sameText(String(written), String(rehearsed))) {
    report.different.push(`${path}: ${String(written)}, rehearsed ${String(rehearsed)}`);
  }
}

/** A name made by `uniqueString` is a token as long as nothing is deployed, and 13 letters of base 32 afterwards. */
function sameText(written: string, rehearsed: string): boolean {
  if (!written.includes('«')) return written === rehearsed;
  const parts = written.split(/«[^»]*»/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[a-z2-7]{13}')}$`).test(rehearsed);
}

function rehearsedKey(key: string, others: ReadonlyMap<unknown, unknown>): unknown {
  return [...others.keys()].find((other) => sameText(key, String(other))) ?? key;
}

function isUnknown(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'unknown';
}
