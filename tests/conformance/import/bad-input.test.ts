import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { locate, OperationalError } from '../../../src/diagnostics/index.ts';
import { codes, contentOf, importFiles, manifest, sampleText } from './import-files.ts';

const ID = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/ipGroups/g';
const IP_GROUP = JSON.stringify({ id: ID, name: 'g', properties: { ipAddresses: ['10.0.0.1'] } });
const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n';

describe('encodings', () => {
  const wanted = async () => contentOf(await importFiles({ 'a.json': IP_GROUP }));

  it('a byte order mark is no part of the text', async () => {
    const snapshot = await importFiles({
      'a.json': Buffer.from(`\uFEFF${IP_GROUP}`),
      'b.yaml': Buffer.from(`\uFEFF${POD}`),
    });
    expect(snapshot.resources.size + snapshot.objects.size).toBe(2);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it.each([
    ['little endian with a mark', Buffer.from(`\uFEFF${IP_GROUP}`, 'utf16le')],
    ['little endian without', Buffer.from(IP_GROUP, 'utf16le')],
    ['big endian with a mark', Buffer.from(`\uFEFF${IP_GROUP}`, 'utf16le').swap16()],
    ['big endian without', Buffer.from(IP_GROUP, 'utf16le').swap16()],
  ])('UTF-16 is decoded, and noted: %s', async (_, bytes) => {
    const snapshot = await importFiles({ 'a.json': bytes });
    expect(contentOf(snapshot)).toEqual(await wanted());
    expect(snapshot.diagnostics).toMatchObject([{ code: 'file/encoding', severity: 'note' }]);
  });

  it('a letter that is not UTF-8 is located and costs nothing around it', async () => {
    const latin = Buffer.from(`// Gr\xfc\xdfe\n${IP_GROUP}`, 'latin1');
    const snapshot = await importFiles({ 'a.json': latin });
    expect(codes(snapshot.diagnostics)).toEqual(['file/encoding a.json:1']);
    expect(locate(snapshot.diagnostics[0]!.at!).column).toBe(6);
    expect(contentOf(snapshot)).toEqual(await wanted());
  });

  it('binary content is named, not read; under a name nobody reads it is only listed', async () => {
    const bytes = Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 1]);
    const snapshot = await importFiles({ 'a.json': bytes, 'b.png': bytes, c: bytes });
    expect(codes(snapshot.diagnostics)).toEqual(['file/not-text a.json:1']);
    expect(snapshot.files.map(({ file, recognisedAs }) => `${file} ${recognisedAs}`)).toEqual([
      'a.json binary file',
      'b.png other file',
      'c binary file',
    ]);
  });

  it('line ends of Windows change neither values nor lines', async () => {
    const json = JSON.stringify(JSON.parse(IP_GROUP), undefined, 2);
    const windows = await importFiles({ 'a.json': json.replaceAll('\n', '\r\n') });
    expect(contentOf(windows)).toEqual(await wanted());
    expect(windows.diagnostics).toEqual([]);
  });
});

describe('broken text', () => {
  it('truncated JSON is located at its end, and what came before is read', async () => {
    const text = sampleText('arm-shapes/rcg-aks.arm.json');
    const snapshot = await importFiles({ 'a.json': text.slice(0, 1500), 'b.json': IP_GROUP });
    const [only] = snapshot.diagnostics;
    expect(only).toMatchObject({ code: 'json/syntax', severity: 'error' });
    expect(locate(only!.at!).line).toBe(text.slice(0, 1500).split('\n').length);
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['aks', 'g']);
  });

  it('text that is no JSON at all is named', async () => {
    const snapshot = await importFiles({ 'a.json': 'hello', 'b.json': '' });
    expect(snapshot.files.map(({ outcome }) => outcome)).toEqual([
      'not-understood',
      'not-understood',
    ]);
    expect(codes(snapshot.diagnostics)).toEqual(['json/syntax a.json:1', 'json/syntax b.json:1']);
  });

  it('keys written twice are located, the last one counts', async () => {
    const snapshot = await importFiles({
      'a.json': `{"id":"${ID}","name":"g","properties":{"ipAddresses":["10.0.0.1"],\n"ipAddresses":["10.0.0.2"]}}`,
      'b.yaml': `${POD}spec:\n  hostNetwork: false\n  hostNetwork: true\n`,
      'c.yaml': `${POD.replace(': p', ': q')}  labels:\n    App: a\n    app: b\n`,
    });
    expect(codes(snapshot.diagnostics)).toEqual([
      'json/duplicate-key a.json:2',
      'yaml/duplicate-key b.yaml:7',
      'yaml/duplicate-key c.yaml:7',
    ]);
    const text = JSON.stringify(contentOf(snapshot));
    expect(text).toContain('"ipaddresses":["10.0.0.2"]');
    expect(text).toContain('"hostNetwork":true');
    // Kubernetes tells case apart: both labels are there.
    expect(text).toContain('{"App":"a","app":"b"}');
  });

  it('one broken YAML document costs itself only', async () => {
    const text = `${POD}---\nkind: [\n---\n${POD.replace(': p', ': q')}---\n\t- x\n---\nkind: "open\n---\n${POD.replace(': p', ': r')}`;
    const snapshot = await importFiles({ 'a.yaml': text });
    expect([...snapshot.objects.values()].map(({ name }) => name)).toEqual(['p', 'q', 'r']);
    const errors = snapshot.diagnostics.filter(({ code }) => code === 'yaml/syntax');
    expect(errors.length).toBe(3);
    expect(snapshot.gaps).toHaveLength(3);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['brackets, with quoted ones to close them', '["]",'.repeat(5_000)],
    ['mappings in brackets', '{a: '.repeat(5_000)],
    ['dashes', `${'- '.repeat(3_000)}a`],
    ['question marks', `${'? '.repeat(3_000)}a`],
    [
      'indentation',
      Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ],
  ])('YAML nested too deep is named, not followed: %s', async (_, deep) => {
    const snapshot = await importFiles({
      'a.yaml':
        `${POD}spec:\n  x: 1\n---\nkind: x\napiVersion: y\ndeep:\n  ${deep}\n---\n${POD.replace(': p', ': q')}`.replace(
          'deep:\n  ',
          deep.startsWith('a:') ? '' : 'deep:\n  ',
        ),
    });
    expect(snapshot.diagnostics.map(({ code }) => code)).toEqual(['yaml/too-deep']);
    expect(snapshot.objects.size).toBe(2);
  });

  it('JSON nested 500 deep is read, 50,000 deep is cut and named', async () => {
    const nested = (depth: number) =>
      `{"id":"${ID}","name":"g","properties":{"x":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    expect((await importFiles({ 'a.json': nested(500) })).diagnostics).toEqual([]);
    const cut = await importFiles({ 'a.json': nested(50_000) });
    expect(cut.diagnostics.map(({ code }) => code)).toEqual(['json/too-deep']);
    expect(cut.resources.size).toBe(1);
  });

  it('of a file whose name promises JSON or YAML and that is none, the first fault is told', async () => {
    const snapshot = await importFiles({
      'settings.json': '{"a": 1, "a": 2, }, oops',
      'cut.json': '{"a": [1, {"b": "c',
      'state.json': '{"version":4,"terraform_version":"1","serial":3,"lineage":"x","resources":[}',
      'values.yaml': 'x: 1\na: [',
      'tab.yml': 'a:\n\tb: 1\n',
    });
    expect(codes(snapshot.diagnostics)).toEqual([
      'json/syntax cut.json:1',
      'json/syntax settings.json:1',
      'json/syntax state.json:1',
      'yaml/syntax tab.yml:2',
      'yaml/syntax values.yaml:2',
    ]);
    for (const { hint, code, at } of snapshot.diagnostics) {
      if (at?.source.file !== 'state.json') expect(hint, code).toMatch(/\w/);
    }
    const broken = snapshot.files.filter(({ outcome }) => outcome === 'not-understood');
    // A state is read as far as it goes.
    expect(broken).toHaveLength(4);
    expect(snapshot.gaps.map(({ at }) => at?.source.file)).toEqual(
      expect.arrayContaining(['cut.json', 'settings.json', 'tab.yml', 'values.yaml']),
    );
  });

  it('what no rule of JSON or YAML forbids is no fault, whoever it is for', async () => {
    const snapshot = await importFiles({
      'keys.json': '{"a": 1, "a": 2}',
      'comments.jsonc': '// why\n{ "a": 1, }\n',
      'logs.json': '{"time":"1","category":"x","resourceId":"/y"}\n{"time":"2"}\n',
      'tags.yaml': 'a: !Ref b\nc: !Sub [d, { e: f }]\n',
      'several.yaml': 'a: 1\n---\nb: [1,\n  2]\n...\n---\n- "x"\n',
      'playbook.yaml': '- name: {{ who }}\n{% if x %}\n',
      'nginx.conf.template': 'server { listen 80; }\n',
      Jenkinsfile: '{ agent any',
    });
    expect(snapshot.diagnostics).toEqual([]);
    expect(snapshot.files.map(({ outcome }) => outcome)).toEqual(Array(8).fill('skipped'));
  });

  it('a file that is not read is placed in that file', async () => {
    const snapshot = await importFiles({ 'deploy.azcli': 'az group list' });
    expect(snapshot.gaps.map(({ at }) => at?.source)).toEqual([
      { file: 'deploy.azcli', lineStarts: [0] },
    ]);
  });
});

describe('names', () => {
  it.each([
    ['with blanks, quotes and newlines', 'a "b" \'c\'\nd'],
    ['like members of Object', '__proto__'],
    ['like a constructor', 'constructor'],
    ['with brackets and a dollar', '[concat($x)]'],
    ['in another script', 'кластер-日本'],
    ['long', 'x'.repeat(5_000)],
  ])('%s stay what they are', async (_, name) => {
    const snapshot = await importFiles({
      'a.yaml': manifest({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: JSON.parse(
          `{"name":${JSON.stringify(name)},"labels":{${JSON.stringify(name)}:"1"}}`,
        ),
      }),
      'b.json': `{"id":${JSON.stringify(ID.replace(/g$/, encodeURIComponent(name)))},"name":${JSON.stringify(name)},"properties":{${JSON.stringify(name)}:1}}`,
    });
    const [object] = [...snapshot.objects.values()];
    expect(object?.name).toBe(name);
    expect(JSON.stringify(contentOf(snapshot))).toContain(`${JSON.stringify(name)}:"1"`);
    expect(snapshot.resources.size).toBe(1);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('folders', () => {
  it('a path that is not there is the fault of the world', async () => {
    await expect(importFiles({ 'a.json': '{}' }, {}, ['nowhere'])).rejects.toThrow(
      OperationalError,
    );
  });

  it('a file too large is named, and the others are read', async () => {
    const snapshot = await importFiles(
      { 'a.json': IP_GROUP.padEnd(3_000), 'b.json': IP_GROUP, 'c.png': 'x'.repeat(5_000) },
      { limits: { fileSizeMax: 2_000 } },
    );
    expect(codes(snapshot.diagnostics)).toEqual(['file/too-large a.json:1']);
    expect(snapshot.resources.size).toBe(1);
    expect(snapshot.gaps).toHaveLength(1);
  });

  it('what is held together is limited, YAML counting fourfold; what is not kept costs nothing', async () => {
    const size = Buffer.byteLength(IP_GROUP);
    const limits = { fileSizeMax: 1e6, filesMax: 10, keptSizeMax: 2 * size };
    const files = {
      'a.json': IP_GROUP,
      'b.json': JSON.stringify({ other: 'x'.repeat(size - 20) }),
      'c.json': IP_GROUP,
      'd.json': IP_GROUP,
      'e.md': 'x'.repeat(10 * size),
    };
    const { diagnostics, gaps } = await importFiles(files, { limits });
    expect(codes(diagnostics)).toEqual(['file/too-large d.json:1']);
    expect(gaps.map(({ what }) => what)).toEqual(['d.json']);

    const yaml = { 'a.yaml': POD };
    const length = Buffer.byteLength(POD);
    const of = async (max: number) =>
      codes((await importFiles(yaml, { limits: { ...limits, keptSizeMax: max } })).diagnostics);
    expect(await of(4 * length)).toEqual([]);
    expect(await of(4 * length - 1)).toEqual(['file/too-large a.yaml:1']);
  });

  it('more files than the limit: the first by name are read, and where it stopped is said', async () => {
    const files = Object.fromEntries(
      ['d', 'c', 'b', 'a'].map((name) => [`${name}.yaml`, POD.replace(': p', `: ${name}${name}`)]),
    );
    const snapshot = await importFiles(files, { limits: { filesMax: 2 } });
    expect([...snapshot.objects.values()].map(({ name }) => name)).toEqual(['aa', 'bb']);
    expect(codes(snapshot.diagnostics)).toEqual(['file/too-many c.yaml:1']);
  });

  it('a loop of links ends, and is named', async () => {
    const snapshot = await importFiles({
      'a/pod.yaml': POD,
      'a/back': { link: 'a' },
      'a/up': { link: '' },
      'a/self': { link: 'a/self' },
    });
    expect(snapshot.objects.size).toBe(1);
    expect(codes(snapshot.diagnostics)).toEqual([
      'file/directory-loop a/back:1',
      'file/unreadable a/self:1',
      'file/directory-loop a/up:1',
    ]);
  });

  it('a file reached by two paths is read once', async () => {
    const snapshot = await importFiles(
      { 'a.yaml': POD, 'b.yaml': { link: 'a.yaml' }, 'x/c': { link: '' } },
      {},
      ['.', './a.yaml', 'a.yaml'],
    );
    expect(snapshot.files.filter(({ outcome }) => outcome === 'read')).toHaveLength(1);
    expect(snapshot.files.find(({ file }) => file === 'b.yaml')?.detail).toBe(
      'it is the same file as `a.yaml`',
    );
  });

  it('hidden folders, packages and build output are passed over and listed once; named, they are read', async () => {
    const files = {
      '.git/config.yaml': POD,
      'node_modules/x/a.yaml': POD,
      'dist/a.yaml': POD,
      '.terraform/modules/a.yaml': POD,
      'a.yaml': POD,
    };
    const snapshot = await importFiles(files);
    expect(snapshot.files.map(({ file, outcome }) => `${file} ${outcome}`)).toEqual([
      '.git skipped',
      '.terraform skipped',
      'a.yaml read',
      'dist skipped',
      'node_modules skipped',
    ]);
    expect((await importFiles(files, {}, ['dist'])).files).toMatchObject([
      { file: 'dist/a.yaml', outcome: 'read' },
    ]);
  });

  it('what cannot be opened is named, and the others are read', async () => {
    const snapshot = await importFiles({
      'a.yaml': { unreadable: true },
      'b.yaml': POD,
      'c.yaml': { link: 'nowhere' },
      pipe: { kind: 'other' },
    });
    expect(codes(snapshot.diagnostics)).toEqual([
      'file/unreadable a.yaml:1',
      'file/unreadable c.yaml:1',
    ]);
    expect(snapshot.objects.size).toBe(1);
    expect(snapshot.files.find(({ file }) => file === 'pipe')?.recognisedAs).toBe('device');
  });

  it('an empty folder is an empty snapshot', async () => {
    const snapshot = await importFiles({});
    expect(snapshot).toMatchObject({ diagnostics: [], gaps: [], files: [] });
  });

  it('progress tells each file and ends with all of them', async () => {
    const seen: string[] = [];
    await importFiles(
      { 'a.yaml': POD, 'b.md': '' },
      { onProgress: ({ done, total, file }) => seen.push(`${done}/${total} ${file}`) },
    );
    expect(seen).toEqual(['0/2 a.yaml', '1/2 b.md', '2/2 ']);
  });
});
