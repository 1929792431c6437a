import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const CHECK = ['check', 'examples/store', '--as-of', '2026-11-21'];

function bundled(name: string): unknown {
  return JSON.parse(readFileSync(join(projectRoot, 'data', name), 'utf8'));
}

describe('a newer file replaces bundled data', () => {
  it('required egress: a new dependency of AKS is asked for', () => {
    const entries = bundled('aks-required-egress.json') as readonly Record<string, unknown>[];
    const model = entries.find((entry) => entry['id'] === 'app-packages');
    const added = {
      ...model,
      id: 'added',
      fqdn: 'needed.example.com',
      inAzureKubernetesServiceFqdnTag: 'no',
    };
    const file = folder.write('egress.json', JSON.stringify([...entries, added]));
    const only = [...CHECK, '--only', 'egress/required-unreachable'];
    expect(sallyport(only).out).not.toContain('needed.example.com');
    const { code, out } = sallyport([...only, '--required-egress', file]);
    expect(out).toContain('needed.example.com');
    expect(code).toBe(1);
  });

  it('service tags: the head says which edition counts', () => {
    const tags = bundled('service-tags.sample.json') as object;
    const file = folder.write('tags.json', JSON.stringify({ ...tags, changeNumber: 401 }));
    const head = sallyport([...CHECK, '--service-tags', file])
      .out.split('\n')
      .slice(0, 4)
      .join('\n');
    expect(head).toContain('service tags 401');
    expect(head).not.toContain('extract');
  });

  it('FQDN tags and private DNS zones: taken as they are', () => {
    const tags = folder.write(
      'fqdn.json',
      readFileSync(join(projectRoot, 'data', 'fqdn-tags.json')),
    );
    const zones = folder.write(
      'zones.json',
      readFileSync(join(projectRoot, 'data', 'private-dns-zones.json')),
    );
    const plain = sallyport(CHECK);
    expect(sallyport([...CHECK, '--fqdn-tags', tags, '--private-dns-zones', zones])).toEqual(plain);
  });

  it('a file that is something else ends with 2, and is not an empty list', () => {
    for (const option of [
      '--service-tags',
      '--fqdn-tags',
      '--required-egress',
      '--private-dns-zones',
    ]) {
      const file = folder.write('other.json', '{ "hello": "world" }');
      const { code, out, err } = sallyport([...CHECK, option, file]);
      expect(code, option).toBe(2);
      expect(`${out}${err}`, option).toContain('other.json');
    }
  });
});
