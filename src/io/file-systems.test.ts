import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperationalError } from '../diagnostics/index.ts';
import type { FileSystem } from './file-system.ts';
import { memoryFileSystem } from './memory-file-system.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** The disk and the memory answer alike: what passes in a test holds on a machine. */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-files-')));

beforeAll(() => {
  mkdirSync(join(root, 'a/b'), { recursive: true });
  writeFileSync(join(root, 'a/one.json'), '{}');
  writeFileSync(join(root, 'a/b/two.yaml'), 'x: é\n');
  symlinkSync('..', join(root, 'a/b/up'));
  symlinkSync('one.json', join(root, 'a/link'));
  symlinkSync('self', join(root, 'a/self'));
  symlinkSync('nowhere', join(root, 'a/broken'));
});
afterAll(() => rmSync(root, { recursive: true }));

const memory = memoryFileSystem({
  [`${root}/a/one.json`]: '{}',
  [`${root}/a/b/two.yaml`]: 'x: é\n',
  [`${root}/a/b/up`]: { link: `${root}/a` },
  [`${root}/a/link`]: { link: `${root}/a/one.json` },
  [`${root}/a/self`]: { link: `${root}/a/self` },
  [`${root}/a/broken`]: { link: `${root}/a/nowhere` },
});

describe.each<[string, FileSystem]>([
  ['the disk', nodeFileSystem()],
  ['memory', memory],
])('%s', (_, files) => {
  const codeOf = async (question: Promise<unknown>) => {
    const error = await question.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(OperationalError);
    return (error as OperationalError).code;
  };

  it('lists what lies directly in a folder, links as links', async () => {
    const entries = await files.list(`${root}/a`);
    expect(entries.map(({ name, kind }) => `${name} ${kind}`).sort()).toEqual([
      'b folder',
      'broken link',
      'link link',
      'one.json file',
      'self link',
    ]);
  });

  it('tells files from folders, through links, with their size in bytes', async () => {
    expect(await files.stat(`${root}/a`)).toEqual({ kind: 'folder', size: 0 });
    expect(await files.stat(`${root}/a/b/two.yaml`)).toEqual({ kind: 'file', size: 6 });
    expect(await files.stat(`${root}/a/link`)).toEqual({ kind: 'file', size: 2 });
    expect(await files.stat(`${root}/a/b/up`)).toEqual({ kind: 'folder', size: 0 });
  });

  it('knows the one path behind links', async () => {
    expect(await files.realpath(`${root}/a/b/up/b/up/one.json`)).toBe(`${root}/a/one.json`);
  });

  it('reads the bytes of a file', async () => {
    expect(new TextDecoder().decode(await files.read(`${root}/a/b/two.yaml`))).toBe('x: é\n');
  });

  it('says what the world refused: nothing there, a link to nowhere or to itself, a folder to read', async () => {
    expect(await codeOf(files.stat(`${root}/nothing`))).toBe('file/not-found');
    expect(await codeOf(files.list(`${root}/nothing`))).toBe('file/not-found');
    expect(await codeOf(files.stat(`${root}/a/broken`))).toBe('file/not-found');
    expect(await codeOf(files.stat(`${root}/a/self`))).toBe('file/unreadable');
    expect(await codeOf(files.read(`${root}/a`))).toBe('file/unreadable');
  });
});
