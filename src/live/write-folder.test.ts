import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFolder } from './write-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the folder of a live read', () => {
  it('is made, its files replaced, and only what an earlier read left is taken away', async () => {
    const folder = join(root, 'a', 'b');
    await writeFolder(folder, [{ name: 'azure.json', text: 'one' }], []);
    for (const name of ['hub-routes.json', 'notes.md', 'cluster.json']) {
      writeFileSync(join(folder, name), 'mine');
    }
    await writeFolder(
      folder,
      [{ name: 'azure.json', text: 'two' }],
      ['hub-routes.json', 'gone.json'],
    );
    expect(readdirSync(folder).sort()).toEqual(['azure.json', 'cluster.json', 'notes.md']);
    expect(readFileSync(join(folder, 'azure.json'), 'utf8')).toBe('two');
  });

  it('that is a file, or has a folder where a file belongs, is told, and nothing is left half written', async () => {
    const file = join(root, 'file');
    writeFileSync(file, 'x');
    const files = [{ name: 'azure.json', text: 'x' }];
    await expect(writeFolder(file, files, [])).rejects.toMatchObject({ code: 'file/unwritable' });
    const folder = join(root, 'taken');
    await writeFolder(join(folder, 'azure.json'), [], []);
    await expect(writeFolder(folder, files, [])).rejects.toMatchObject({ code: 'file/unwritable' });
    expect(readdirSync(folder)).toEqual(['azure.json']);
    expect(existsSync(join(folder, 'azure.json'))).toBe(true);
  });
});
