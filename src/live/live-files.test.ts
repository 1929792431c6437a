import { describe, expect, it } from 'vitest';
import { azureFiles, clusterFiles } from './live-files.ts';

const AZURE = { subscriptions: [], hubRoutes: [], notRead: [], elsewhere: [] };

describe('files of a live read', () => {
  it('are indented while people can read them, and one item a line beyond', () => {
    const item = (size: number) => ({ id: '/a', note: 'x'.repeat(size) });
    for (const size of [10, 9_000_000]) {
      const resources = [item(size), item(size)];
      const [file] = azureFiles({ ...AZURE, resources }, 'now');
      expect(JSON.parse(file!.text)).toEqual(resources);
      expect(file!.text.split('\n')).toHaveLength(size === 10 ? 11 : 5);
      const objects = [{ kind: 'Pod', note: 'x'.repeat(size) }];
      const [list] = clusterFiles({ context: 'c', objects, notRead: [] }, 'now');
      expect(JSON.parse(list!.text)).toEqual({ apiVersion: 'v1', kind: 'List', items: objects });
    }
  });

  it('say what could not be read beside what was, also when that is nothing', () => {
    const notRead = [{ what: 'subscription', of: 'x', why: 'it is not visible' }];
    const files = azureFiles({ ...AZURE, resources: [], notRead }, 'now');
    expect(files.map(({ name }) => name)).toEqual(['azure.json', 'azure-read.json']);
    expect(JSON.parse(files[1]!.text)).toMatchObject({ sallyportRead: 1, count: 0, notRead });
  });
});
