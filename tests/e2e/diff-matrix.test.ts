import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const MAIN = 'examples/change/main.json';
const FEATURE = 'examples/change/feature.json';

describe('sallyport diff', () => {
  it('tells what a pull request opens and closes, with the rules', () => {
    const { code, out } = sallyport(['diff', MAIN, FEATURE]);
    expect(code).toBe(0);
    // By hand: `storage` was one account and is all of them; `partner` lost 8443.
    expect(out).toMatch(/^ opens 1 · closes 2 /);
    expect(out).toContain('to *.blob.core.windows.net but storeimages.blob.core.windows.net');
    expect(out).toMatch(
      /after {3}allowed by policy\/egress\/web\/storage {3}examples\/change\/feature\.json:\d+/,
    );
    expect(out).toContain('tcp 8443 to 198.51.100.0/24');
    expect(out).toMatch(/before {2}allowed by policy\/egress\/network\/partner/);
  });

  // What was allowed hangs on the built-in collection again, and what was denied on addresses that a name may have.
  it('the reverse closes what was opened', () => {
    const { out } = sallyport(['diff', FEATURE, MAIN]);
    expect(out).toMatch(/^ opens 1 · may open 1 · closes nothing · may close 1 /);
  });

  it('ends by what it is told to fail on', () => {
    expect(sallyport(['diff', MAIN, FEATURE, '--fail-on', 'opened']).code).toBe(1);
    expect(sallyport(['diff', MAIN, FEATURE, '--fail-on', 'closed']).code).toBe(1);
    expect(sallyport(['diff', MAIN, MAIN, '--fail-on', 'changed'])).toMatchObject({ code: 0 });
    expect(sallyport(['diff', MAIN, MAIN]).out).toMatch(/^ opens nothing · closes nothing /);
  });

  it('JSON holds the same', () => {
    const { code, out } = sallyport(['diff', MAIN, FEATURE, '-f', 'json']);
    const json = JSON.parse(out);
    expect({ code, version: json.schemaVersion }).toEqual({ code: 0, version: 1 });
    const directions = json.reach.map((change: { direction: string }) => change.direction);
    expect(directions.sort()).toEqual(['closes', 'closes', 'opens']);
    for (const { flows } of json.reach) expect(flows).toMatchObject({ count: 1, shown: 1 });
  });

  it('a release of service tags changes what the rules with them allow', () => {
    const release = (prefixes: readonly string[]) => {
      const file = join(folder.path, `tags-${prefixes.length}.json`);
      const properties = {
        region: '',
        platform: 'Azure',
        systemService: '',
        addressPrefixes: prefixes,
      };
      const values = [{ name: 'AzureCloud.eastus', id: 'AzureCloud.eastus', properties }];
      writeFileSync(
        file,
        JSON.stringify({ changeNumber: prefixes.length, cloud: 'Public', values }),
      );
      return file;
    };
    const one = release(['198.51.100.0/25']);
    const two = release(['198.51.100.0/25', '203.0.113.0/24']);
    const store = 'examples/store';
    const args = ['diff', store, store, '--service-tags', one, '--after-service-tags', two];
    const { code, out } = sallyport([...args, '--fail-on', 'opened']);
    // By hand: aksfwnr/apiudp and apitcp name the tag, for UDP 1194 and TCP 9000.
    expect(code).toBe(1);
    expect(out).toContain('udp 1194 (openvpn) to 203.0.113.0/24');
    expect(out).toContain('tcp 9000 to 203.0.113.0/24');
    expect(out).toMatch(/^ opens 2 /);
    expect(out).toContain('closes nothing');
  });

  it.each([
    [['diff', MAIN], "missing required argument 'new'"],
    [['diff', MAIN, 'nowhere'], 'nowhere'],
    [
      ['diff', MAIN, FEATURE, '--fail-on', 'opend'],
      '--fail-on takes opened, closed, changed, none',
    ],
  ])('bad input ends with 2 and is told: %s', (args, message) => {
    const { code, out, err } = sallyport(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n {4}at /);
  });

  it('a version that cannot be read to the end is never green', () => {
    const broken = join(folder.path, 'broken.json');
    writeFileSync(
      broken,
      '{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", ',
    );
    const { code, err } = sallyport(['diff', MAIN, broken]);
    expect(code).not.toBe(0);
    expect(err).not.toMatch(/\n {4}at /);
  });
});

describe('sallyport matrix', () => {
  const hardened = 'examples/store-hardened';

  it('a grid, and what the pairs may exchange', () => {
    const { code, out } = sallyport(['matrix', hardened]);
    expect(code).toBe(0);
    // By hand, from policies.yaml: the front calls the two services, orders go to the queue.
    expect(out).toContain('pets/store-front → pets/order-service   tcp 3000');
    expect(out).toContain('pets/store-front → pets/product-service   tcp 3002');
    expect(out).toContain('pets/order-service → pets/rabbitmq   tcp 5672 (amqp)');
    expect(out).not.toContain('pets/rabbitmq → pets/');
  });

  it.each(['json', 'csv', 'dot', 'mermaid', 'html'])('%s says the same', (format) => {
    const { code, out } = sallyport(['matrix', hardened, '--format', format]);
    expect(code).toBe(0);
    expect(out).toContain('pets/store-front');
    expect(out).toContain('3002');
    if (format === 'json') expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1 });
    if (format === 'html') expect(out).not.toMatch(/<script|https?:\/\//);
  });

  it('exposure: a pod nobody deployed reaches nothing for certain, and is not said to reach nothing outside', () => {
    const { out } = sallyport(['matrix', hardened, '--exposure', '--format', 'json']);
    const { senders, receivers, cells } = JSON.parse(out);
    const row = senders.findIndex(({ kind }: { kind: string }) => kind === 'future');
    const levels = receivers.map(
      ({ kind }: { kind: string }, column: number) => `${kind} ${cells[row][column].level}`,
    );
    // default-deny selects every pod of the namespace; where the pod would run is not known.
    expect(new Set(levels)).toEqual(
      new Set(['workloads none', 'future none', 'nodes open', 'internet open']),
    );
  });

  it.each([
    [['matrix', hardened, '--for', 'pest'], 'no workload of the input is in namespace `pest`'],
    [['matrix', hardened, '--format', 'pdf'], 'Allowed choices are'],
    [['matrix', hardened, '--time-limit', 'soon'], 'time-limit'],
  ])('bad input ends with 2 and is told: %s', (args, message) => {
    const { code, out, err } = sallyport(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });
});
