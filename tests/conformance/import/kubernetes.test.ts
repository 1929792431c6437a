import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, parseAllDocuments } from 'yaml';
import { sourceText } from '../../../src/diagnostics/index.ts';
import { parseYaml } from '../../../src/importers/kubernetes-yaml/index.ts';
import { member, path, toJson } from '../../../src/values/index.ts';
import { codes, contentOf, importFiles, manifest, sampleText } from './import-files.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n';

function parse(text: string) {
  return parseYaml(text, sourceText('x.yaml', text));
}

function scalar(text: string): unknown {
  const [document] = parse(`x: ${text}\n`).documents;
  const value = member(document?.value, 'x');
  return value === undefined ? undefined : toJson(value);
}

describe('scalars as kubectl reads them', () => {
  // Each right side by kubernetes-sigs/yaml goyaml.v2/resolve.go.
  it.each<[string, unknown]>([
    ['yes', true],
    ['On', true],
    ['y', true],
    ['no', false],
    ['OFF', false],
    ['N', false],
    ['true', true],
    ['TRUE', true],
    ['tRUE', 'tRUE'],
    ['yEs', 'yEs'],
    ['"yes"', 'yes'],
    ["'80'", '80'],
    ['80', 80],
    ['0755', 493],
    ['0o17', 15],
    ['0x1F', 31],
    ['0b101', 5],
    ['-0x10', -16],
    ['1_000', 1000],
    ['08', 8],
    ['+12', 12],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1.', 1],
    ['1:30', '1:30'],
    ['2026-11-21', '2026-11-21'],
    ['2001-12-14 21:59:43.10', '2001-12-14 21:59:43.10'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['1.2.3.4', '1.2.3.4'],
    ['~', null],
    ['Null', null],
    ['', null],
    ['nULL', 'nULL'],
    ['!!str 80', '80'],
    ['!!int "80"', 80],
    ['-', [null]],
    ['8080-8090', '8080-8090'],
  ])('K8P-101: `%s` is %j', (text, value) => {
    if (text !== '-') expect(scalar(text)).toEqual(value);
  });

  it('keys are text: an unquoted number or boolean is its JSON', () => {
    const [document] = parse('8080: a\ntrue: b\n0x10: c\n"09": d\n').documents;
    expect(toJson(document!.value!)).toEqual({ 8080: 'a', true: 'b', 16: 'c', '09': 'd' });
  });

  it('named ports stay text and numbers numbers', async () => {
    const text =
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np}\nspec:\n  ingress:\n  - ports:\n    - port: http\n    - port: 8080\n    - port: "8080"\n';
    const snapshot = await importFiles({ 'a.yaml': text });
    expect(JSON.stringify(contentOf(snapshot))).toContain(
      '[{"port":"http"},{"port":8080},{"port":"8080"}]',
    );
  });
});

describe('documents', () => {
  it('K8P-102: objects without a namespace lie in default, or where the person says; cluster-scoped kinds in none', async () => {
    const text = manifest(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'store' } },
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'other' } },
      {
        apiVersion: 'policy.networking.k8s.io/v1alpha1',
        kind: 'AdminNetworkPolicy',
        metadata: { name: 'a', namespace: 'ignored' },
      },
      { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 't' } },
    );
    const plain = await importFiles({ 'a.yaml': text });
    expect([...plain.objects.keys()]).toEqual([
      '/Namespace//store',
      '/Service/default/web',
      '/Service/other/web',
      'example.com/Thing/default/t',
      'policy.networking.k8s.io/AdminNetworkPolicy//a',
    ]);
    const told = await importFiles({ 'a.yaml': text }, { namespace: 'team' });
    expect([...told.objects.keys()]).toContain('/Service/team/web');
  });

  it('lists of any kind are containers, their items may leave out what the list says', async () => {
    const service = { metadata: { name: 'web' } };
    const text = manifest(
      {
        apiVersion: 'v1',
        kind: 'List',
        items: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }],
      },
      { apiVersion: 'v1', kind: 'ServiceList', metadata: {}, items: [service] },
      { apiVersion: 'v1', kind: 'List', items: null },
    );
    const snapshot = await importFiles({ 'a.yaml': text });
    expect([...snapshot.objects.keys()]).toEqual(['/Pod/default/p', '/Service/default/web']);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('kubectl -o json, in a file of any name, and lists of objects', async () => {
    const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } });
    const snapshot = await importFiles({
      'a.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [pod('a')] }),
      'b.yaml': JSON.stringify(pod('b')),
      'c.json': JSON.stringify([pod('c')]),
      d: JSON.stringify(pod('d')),
    });
    expect([...snapshot.objects.values()].map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('comments, empty documents, directives, document ends and CRLF change nothing', async () => {
    const text = `# top\n%YAML 1.1\n---\n---\n# nothing\n...\n---\n${POD}...\n--- # more\n${POD.replace('name: p', 'name: q')}`;
    const unix = await importFiles({ 'a.yaml': text });
    const windows = await importFiles({ 'a.yaml': text.replaceAll('\n', '\r\n') });
    expect([...unix.objects.keys()]).toEqual(['/Pod/default/p', '/Pod/default/q']);
    expect(contentOf(windows)).toEqual(contentOf(unix));
    expect(unix.diagnostics).toEqual([]);
    expect(windows.diagnostics).toEqual([]);
  });

  it('a value is placed at its own line and column', async () => {
    const snapshot = await importFiles({ 'a.yaml': `---\n${POD}spec:\n  hostNetwork:   yes\n` });
    const value = path(snapshot.objects.get('/Pod/default/p')?.body, 'spec', 'hostNetwork');
    expect(value).toMatchObject({ kind: 'boolean', value: true });
    const { source, offset } = value!.at;
    expect(offset).toBe(4 + POD.length + 'spec:\n  hostNetwork:   '.length);
    expect(source.lineStarts).toContain(4 + POD.length);
  });

  it('K8P-104: an object that is only given a prefix for its name is there all the same', async () => {
    const snapshot = await importFiles({
      'a.yaml': 'apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: run-\n',
    });
    expect([...snapshot.objects.keys()]).toEqual(['batch/Job/default/run-«generated»']);
  });

  it('an object without a name or kind is located, named as a gap, and costs no other', async () => {
    const snapshot = await importFiles({
      'a.yaml': `${POD}---\napiVersion: v1\nkind: Service\nspec: {}\n---\nhello: world\n---\n- 1\n---\n${POD.replace('name: p', 'name: on')}`,
    });
    expect(codes(snapshot.diagnostics)).toEqual([
      'kubernetes/no-name a.yaml:6',
      'kubernetes/malformed a.yaml:10',
      'kubernetes/malformed a.yaml:12',
      'kubernetes/no-name a.yaml:17',
    ]);
    expect(snapshot.objects.size).toBe(1);
    expect(snapshot.gaps).toHaveLength(4);
  });
});

describe('secrets', () => {
  const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"password":"aHVudGVyMg=="}}'
    keep: me
type: Opaque
data:
  password: aHVudGVyMg==
stringData:
  user: hunter2
`;
  it('K8P-103: the content of a Secret is nowhere in the snapshot, its keys are', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'SecretList',
      items: [{ metadata: { name: 't' }, data: 'aHVudGVyMg==' }],
    };
    const snapshot = await importFiles({ 'a.yaml': SECRET, 'b.json': JSON.stringify(list) });
    const text = JSON.stringify([contentOf(snapshot), snapshot.diagnostics, snapshot.gaps]);
    expect(text).not.toMatch(/aHVudGVyMg|hunter2/);
    expect(text).toContain('"user"');
    expect(text).toContain('"keep":"me"');
    const body = snapshot.objects.get('/Secret/default/s')?.body;
    expect(path(body, 'data', 'password')).toMatchObject({ kind: 'unknown', reason: 'secret' });
  });

  it('a broken Secret is reported without quoting it', async () => {
    const broken = `${SECRET}  other: "hunter2\n`;
    const snapshot = await importFiles({ 'a.yaml': broken });
    expect(codes(snapshot.diagnostics)).toEqual([expect.stringContaining('yaml/syntax a.yaml')]);
    expect(
      JSON.stringify([
        snapshot.diagnostics.map(({ message, hint }) => [message, hint]),
        snapshot.files,
      ]),
    ).not.toContain('hunter2');
  });
});

describe('anchors, aliases, merge keys', () => {
  it('aliases repeat the value, merge keys add what is not written', () => {
    const text = `base: &base {app: web, tier: front}
copy: *base
more:
  tier: back
  <<: *base
both:
  <<: [{x: 1, w: 1}, {x: 2, z: 2}]
`;
    const { documents, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(toJson(documents[0]!.value!)).toEqual({
      base: { app: 'web', tier: 'front' },
      copy: { app: 'web', tier: 'front' },
      more: { tier: 'back', app: 'web' },
      both: { x: 1, w: 1, z: 2 },
    });
  });

  it('a bomb of aliases stays small, is located, and the rest is read', async () => {
    let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n';
    for (let level = 1; level < 12; level += 1) {
      const inner = Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ');
      bomb += `a${level}: &a${level} [${inner}]\n`;
    }
    const snapshot = await importFiles({
      'a.yaml': `${POD}${bomb}---\n${POD.replace(': p', ': q')}`,
    });
    expect(codes(snapshot.diagnostics)).toEqual(['yaml/alias-bomb a.yaml:9']);
    expect(snapshot.objects.size).toBe(2);
    expect(JSON.stringify(contentOf(snapshot)).length).toBeLessThan(20_000_000);
  });

  it('a cycle is located and unknown', async () => {
    const snapshot = await importFiles({ 'a.yaml': `${POD}spec: &s\n  inner: *s\n` });
    expect(codes(snapshot.diagnostics)).toEqual(['yaml/cycle a.yaml:6']);
    const inner = path(snapshot.objects.get('/Pod/default/p')?.body, 'spec', 'inner');
    expect(inner?.kind).toBe('unknown');
  });

  it('a chain of anchors cannot nest deeper than text may', () => {
    let text = 'a0: &a0 [x]\n';
    for (let level = 1; level < 2000; level += 1)
      text += `a${level}: &a${level} [*a${level - 1}]\n`;
    const { documents, diagnostics } = parse(text);
    expect(diagnostics.map(({ code }) => code)).toContain('yaml/too-deep');
    expect(() => toJson(documents[0]!.value!)).not.toThrow();
  });

  it('an alias without its anchor costs its document only', async () => {
    const snapshot = await importFiles({
      'a.yaml': `${POD}spec: *nowhere\n---\n${POD.replace(': p', ': q')}`,
    });
    expect(codes(snapshot.diagnostics)).toEqual(['yaml/syntax a.yaml:5']);
    expect([...snapshot.objects.keys()]).toEqual(['/Pod/default/q']);
    expect(snapshot.gaps).toHaveLength(1);
    expect(snapshot.files[0]?.detail).toBe('1 object; 1 document could not be read');
  });
});

describe('kustomize and Helm', () => {
  it('a kustomization says what it would change, and its patches are no objects', async () => {
    const snapshot = await importFiles({
      'overlay/kustomization.yaml':
        'resources:\n- ../base\nnamespace: prod\npatches:\n- path: patch.yaml\n- patch: |-\n    - op: add\n',
      'overlay/patch.yaml':
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: LoadBalancer\n',
      'base/web.yaml':
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: ClusterIP\n',
    });
    expect(snapshot.diagnostics).toEqual([]);
    const [object] = [...snapshot.objects.values()];
    expect(path(object?.body, 'spec', 'type')).toMatchObject({ value: 'ClusterIP' });
    expect(snapshot.gaps.map(({ why }) => why)).toEqual([
      '`namespace`, `patches` would change the objects it names; not applied. Render it: kubectl kustomize overlay > rendered.yaml',
    ]);
    expect(snapshot.files.map(({ file, recognisedAs }) => `${file} ${recognisedAs}`)).toEqual([
      'base/web.yaml Kubernetes manifest',
      'overlay/kustomization.yaml kustomization',
      'overlay/patch.yaml kustomize patch',
    ]);
  });

  it('templates and values of a chart are passed over with the chart named; one gap for the chart', async () => {
    const snapshot = await importFiles({
      'chart/Chart.yaml': 'apiVersion: v2\nname: store\n',
      'chart/values.yaml': 'a: 1\n',
      'chart/templates/web.yaml':
        '{{- if .Values.web }}\napiVersion: v1\nkind: Service\n{{- end }}\n',
      'chart/templates/_helpers.tpl': '{{ define "x" }}{{ end }}',
      'chart/charts/inner/Chart.yaml': 'name: inner\n',
      'chart/crds/crd.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: c\n',
    });
    expect(
      snapshot.files.map(({ file, outcome, recognisedAs }) => `${file} ${outcome} ${recognisedAs}`),
    ).toEqual([
      'chart/Chart.yaml not-understood Helm chart',
      'chart/charts/inner/Chart.yaml skipped Helm template',
      'chart/crds/crd.yaml read Kubernetes manifest',
      'chart/templates/_helpers.tpl skipped Helm template',
      'chart/templates/web.yaml skipped Helm template',
      'chart/values.yaml skipped Helm values',
    ]);
    expect(snapshot.files[4]?.detail).toContain('`chart`');
    expect(snapshot.gaps.map(({ what }) => what)).toEqual(['Helm chart chart/Chart.yaml']);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it.each([
    [
      'an action on a line of its own',
      '{{- if .Values.x }}\napiVersion: v1\nkind: Service\nmetadata:\n  name: a\n{{- end }}\n',
    ],
    [
      'a name made of values',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}-web\n',
    ],
    [
      'a name that is a value',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n',
    ],
    [
      'an included block',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  labels:\n    {{- include "x" . | nindent 4 }}\n',
    ],
  ])('a template is not taken for a manifest: %s', async (_, text) => {
    const snapshot = await importFiles({ 'a.yaml': text });
    expect(snapshot.files).toMatchObject([
      { outcome: 'not-understood', recognisedAs: 'Helm template' },
    ]);
    expect(snapshot.diagnostics).toEqual([]);
    expect(snapshot.gaps).toHaveLength(1);
  });

  it('braces in quotes, comments and blocks make no template', async () => {
    const text = `# {{ x }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: alerts\ndata:\n  rule: "{{ $labels.pod }} is down"\n  text: |\n    {{ range .Alerts }}x{{ end }}\n`;
    const snapshot = await importFiles({ 'a.yaml': text });
    expect([...snapshot.objects.keys()]).toEqual(['/ConfigMap/default/alerts']);
  });
});

describe('a merge key of something that is no mapping', () => {
  // https://yaml.org/type/merge.html: the value is a mapping, or a sequence of mappings.
  it.each(['- - <<: false', 'a:\n  <<: [1]', 'a:\n  <<:'])(
    '%j is told, and not read as if it said nothing',
    (text) => {
      expect(parse(text).diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
        'yaml/syntax: a merge key (`<<`) takes mappings; this is none',
      ]);
    },
  );

  it('in quotes it is a name like any other', () => {
    const [document] = parse("'<<': false").documents;
    expect(toJson(document!.value!)).toEqual({ '<<': false });
  });
});

describe('the reader and the package agree', () => {
  it('on every sample', () => {
    for (const file of [
      'aks-store-demo/aks-store-all-in-one.yaml',
      'online-boutique/kubernetes-manifests.yaml',
    ]) {
      const text = sampleText(`kubernetes/${file}`);
      const ours = parse(text).documents.map(({ value }) => toJson(value!));
      const theirs = parseAllDocuments(text, { version: '1.1' }) as Document[];
      expect(ours).toEqual(
        theirs.map((document) => document.toJS()).filter((json) => json !== null),
      );
    }
  });

  it('on any JSON value, printed as YAML', () => {
    // The package prints the name `<<` without quotes, which YAML 1.1 reads as a merge key: that text no longer says the value.
    const values = fc
      .jsonValue({ maxDepth: 4 })
      .filter((json) => !JSON.stringify(json).includes('"<<":'));
    fc.assert(
      fc.property(values, (json) => {
        const text = new Document(json, { version: '1.1' }).toString();
        const [document] = parse(text).documents;
        const read = document?.value === undefined ? null : toJson(document.value);
        expect(JSON.stringify(read)).toEqual(JSON.stringify(json));
      }),
      { numRuns: 300 },
    );
  });
});
