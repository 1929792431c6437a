import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { HEALTHY, HEALTHY_SAYS, watched } from './bad-input-run.ts';
import { sallyport } from './run-sallyport.ts';

/**
 * Files that are broken, odd or of another tool, each in a folder beside a healthy one. Every fault has its place, the
 * healthy file is answered, and the exit code is the documented one.
 */
const folder = temporaryFolder();
beforeAll(() => {
  expect(sallyport(['--version']).code).toBe(0);
});
afterAll(() => folder.remove());

const STORE = readFileSync(join(projectRoot, 'examples/store/azuredeploy.json'), 'utf8');
const ID = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/ipGroups/g';
const GROUP = `{\n  "id": "${ID}",\n  "name": "g",\n  "properties": { "ipAddresses": ["10.0.0.1"] }\n}\n`;
const SETTINGS = `apiVersion: v1
kind: ConfigMap
metadata:
  name: web # Grüße
  namespace: shop
data:
  ports: "80"
  hosts: { a: [b] }
`;
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web }] }
`;
const ANCHORS = Array.from({ length: 9 }, (_, level) =>
  level === 0
    ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
    : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
).join('\n');

const WRONG_TYPES = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: [1], namespace: 7 }
spec: { podSelector: 3 }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: np, namespace: shop, labels: x, annotations: [1] }
spec:
  podSelector: { matchLabels: [1], matchExpressions: { key: 1 } }
  policyTypes: [3, null]
  ingress: [{ from: [{ ipBlock: x }, { podSelector: 4 }, null], ports: [{ port: 99999999 }] }, 5]
  egress: {}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: 5
spec: []
---
apiVersion: [v1]
kind: {}
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: 3
`;

interface Case {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly code: 0 | 1;
  /** Everything worse than a note that is said about the input, or its beginning: `file:line severity[code] …`. */
  readonly says: readonly string[];
}

const BROKEN: Readonly<Record<string, Case>> = {
  'an empty file': {
    files: { 'a.json': '', 'b.yaml': '', 'c.yaml': '---\n---\n' },
    code: 1,
    says: ['a.json:1 error[json/syntax] the text is empty'],
  },
  'an ARM template cut off': {
    files: { 'a.json': STORE.slice(0, STORE.indexOf('"authorizedIPRanges"')) },
    code: 1,
    says: ['a.json:237 error[json/syntax] the text ends inside the object opened on line 236'],
  },
  'a manifest cut off': {
    files: { 'a.yaml': `${SETTINGS}---\n${SETTINGS.slice(0, SETTINGS.indexOf('] }'))}` },
    code: 1,
    says: ['a.yaml:17 error[yaml/syntax] a closing quote, a bracket'],
  },
  'aliases that would expand to a billion values': {
    files: { 'a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n${ANCHORS}\n` },
    code: 1,
    says: ['a.yaml:9 error[yaml/alias-bomb]'],
  },
  'an alias inside its own value': {
    files: {
      'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: &m\n  name: x\n  labels: *m\n',
    },
    code: 1,
    says: ['a.yaml:5 error[yaml/cycle]'],
  },
  'keys written twice': {
    files: {
      'a.json': GROUP.replace('"name"', `"id": "${ID}",\n  "name"`),
      'b.yaml': SETTINGS.replace('\ndata:', '\nkind: ConfigMap\ndata:'),
    },
    code: 0,
    says: ['a.json:3 warning[json/duplicate-key]', 'b.yaml:6 warning[yaml/duplicate-key]'],
  },
  'UTF-16, with and without its mark': {
    files: {
      'a.json': Buffer.from(`\ufeff${GROUP}`, 'utf16le'),
      'b.yaml': Buffer.from(`\ufeff${SETTINGS}`, 'utf16le').swap16(),
      'c.json': Buffer.from(GROUP.replace('groups/g', 'groups/h'), 'utf16le'),
    },
    code: 0,
    says: [],
  },
  'Latin-1': {
    files: { 'a.yaml': Buffer.from(SETTINGS, 'latin1') },
    code: 0,
    says: ['a.yaml:4 warning[file/encoding] `a.yaml` is not UTF-8 from here on'],
  },
  'a byte order mark and line ends of Windows': {
    files: {
      'a.json': `\ufeff${GROUP.replaceAll('\n', '\r\n')}`,
      'b.yaml': `\ufeff${SETTINGS.replaceAll('\n', '\r\n')}`,
    },
    code: 0,
    says: [],
  },
  'programs under the names of templates': {
    files: {
      'a.json': Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 0, 0]),
      'b.yaml': Buffer.alloc(9_000),
    },
    code: 1,
    says: ['a.json:1 error[file/not-text]', 'b.yaml:1 error[file/not-text]'],
  },
  'copies that contradict each other': {
    files: {
      'a.json': GROUP,
      'b.json': GROUP.replace('10.0.0.1', '10.0.0.2'),
      'c.yaml': SETTINGS,
      'd.yaml': SETTINGS.replace('80', '81'),
    },
    code: 0,
    says: [
      'b.json:1 warning[snapshot/defined-twice] `ipGroups/g` is defined at a.json:1 and, differently, at b.json:1 (`properties.ipAddresses',
      'd.yaml:1 warning[snapshot/defined-twice] `ConfigMap shop/web` is defined at c.yaml:1 and, differently, at d.yaml:1 (`data.ports`)',
    ],
  },
  'copies of a workload with different labels: what selects it cannot be told': {
    files: {
      'a.yaml': DEPLOYMENT,
      'b.yaml': DEPLOYMENT.replace('{ app: web } }\n    spec', '{ app: api } }\n    spec'),
    },
    code: 1,
    says: [
      'b.yaml:1 warning[snapshot/defined-twice]',
      'a.yaml:7 error[model/value-unknown] `app` of Deployment shop/web is not known',
    ],
  },
  'values 100,000 levels deep': {
    files: {
      'a.json': GROUP.replace('"10.0.0.1"', '['.repeat(1e5) + ']'.repeat(1e5)),
      'b.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: ${'['.repeat(1e5)}${']'.repeat(1e5)}\n`,
      'c.json': `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`,
    },
    code: 1,
    says: [
      'a.json:4 error[json/too-deep]',
      'b.yaml:1 error[yaml/too-deep]',
      'c.json:1 error[json/too-deep]',
      'a.json:4 error[model/wrong-type]',
    ],
  },
  'a resource without an id': {
    files: { 'a.json': '[\n{ "name": "g", "properties": { "ipAddresses": ["10.0.0.1"] } }]' },
    code: 0,
    says: ['a.json:2 warning[export/no-identity] a `Microsoft.Network/ipGroups` has no `id`'],
  },
  'a NetworkPolicy with the wrong type everywhere': {
    files: { 'a.yaml': WRONG_TYPES },
    code: 1,
    says: [
      'a.yaml:3 error[kubernetes/no-name] the `metadata.name` of this `NetworkPolicy` is not text',
      'a.yaml:15 error[kubernetes/no-name] this `NetworkPolicy` has no `metadata.name`',
      'a.yaml:20 error[kubernetes/malformed]',
      'a.yaml:26 error[kubernetes/wrong-type] `spec` of Pod shop/web is the number `3`',
    ],
  },
  'a parameter file alone': {
    files: {
      'a.parameters.json': JSON.stringify({
        $schema:
          'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
        contentVersion: '1.0.0.0',
        parameters: { x: { value: 1 } },
      }),
    },
    code: 0,
    says: [],
  },
};

describe('broken files', () => {
  it.each(Object.entries(BROKEN))('%s', (name, { files, code, says }) => {
    const place = name.replaceAll(' ', '-');
    for (const [file, content] of Object.entries(files)) folder.write(`${place}/${file}`, content);
    folder.write(`${place}/healthy.json`, HEALTHY);
    const ran = watched(['check', '.', '--format', 'json'], join(folder.path, place));
    const { findings, diagnostics } = JSON.parse(ran.out) as CheckJson;
    const said = diagnostics.filter(({ severity }) => severity !== 'note').map(lineOf);
    expect(said).toEqual(says.map((start) => expect.stringMatching(startingWith(start))));
    expect(ran.code).toBe(code);
    expect(findings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining(HEALTHY_SAYS),
    );
  });
});

interface CheckJson {
  readonly findings: readonly { readonly message: string }[];
  readonly diagnostics: readonly DiagnosticJson[];
}

interface DiagnosticJson {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly location?: { readonly file: string; readonly line: number };
}

function lineOf({ code, severity, message, location }: DiagnosticJson): string {
  return `${location?.file}:${location?.line} ${severity}[${code}] ${message}`;
}

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}

const CHART = 'apiVersion: v2\nname: c\nversion: 1.0.0\n';
const CHART_TEMPLATE =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n{{- if .x }}\nspec: {}\n{{- end }}\n';
const OTHER_TOOLS: Readonly<Record<string, string>> = {
  'terraform.tfstate':
    '{"version":4,"terraform_version":"1.9.0","serial":3,"lineage":"x","resources":[]}',
  'state.json': '{"version":4,"terraform_version":"1.9.0","serial":3,"lineage":"x","resources":[]}',
  'main.tf': 'resource "azurerm_firewall" "hub" {}\n',
  'package.json': '{"name":"x"}',
  'docker-compose.yaml': 'services:\n  web:\n    image: nginx\n    ports: ["80:80"]\n',
  Jenkinsfile: 'pipeline { agent any }\n',
  'chart/Chart.yaml': CHART,
  'chart/values.yaml': 'replicas: 2\n',
  'chart/templates/service.yaml': CHART_TEMPLATE,
  'stray.yaml': CHART_TEMPLATE,
  'overlay/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../missing.yaml]\nnamePrefix: x-\n',
};
/** What each is taken for, and whether its not being read could matter. */
const TAKEN_FOR = [
  / read +terraform\.tfstate +Terraform state +0 resources/,
  / read +state\.json +Terraform state +0 resources/,
  / skipped +main\.tf +Terraform configuration +terraform\.tfstate beside it says more/,
  / skipped +package\.json +other JSON /,
  / skipped +docker-compose\.yaml +other YAML /,
  / skipped +Jenkinsfile +other file /,
  / not understood +chart\/Chart\.yaml +Helm chart .*helm template chart > /,
  / skipped +chart\/values\.yaml +Helm values /,
  / skipped +chart\/templates\/service\.yaml +Helm template /,
  / not understood +stray\.yaml +Helm template /,
  / skipped +overlay\/kustomization\.yaml +kustomization .*`namePrefix`/,
];

describe('files of other tools', () => {
  it('each is named for what it is, and the healthy file is read', () => {
    for (const [file, text] of Object.entries(OTHER_TOOLS)) folder.write(`tools/${file}`, text);
    folder.write('tools/healthy.json', HEALTHY);
    const ran = watched(['import', 'tools'], folder.path);
    expect(ran.code).toBe(0);
    const lines = ran.out.replaceAll('tools/', '');
    for (const line of TAKEN_FOR) expect(lines).toMatch(line);
    expect(lines).toMatch(/ read +healthy\.json +ARM template +2 resources/);
    const gaps = lines.slice(lines.indexOf(' not modelled'));
    expect(gaps).toContain('Helm chart');
  });

  it('nothing but such files is bad input, for every command', () => {
    for (const [file, text] of Object.entries(OTHER_TOOLS)) folder.write(`only/${file}`, text);
    const commands = [['check'], ['import'], ['trace', '--from', 'internet', '--to', 'apiserver']];
    for (const command of commands) {
      const ran = watched([...command, 'only'], folder.path);
      expect(ran.code).toBe(2);
      expect(ran.err).toMatch(/^error: nothing to read in only: 11 files looked at/m);
    }
  });
});

describe('what is unknown because copies differ', () => {
  it('becomes an open question, never a finding', () => {
    const prefix = '"addressPrefix": "0.0.0.0/0"';
    expect(STORE).toContain(prefix);
    folder.write('doubt/a.json', STORE);
    folder.write('doubt/b.json', STORE.replace(prefix, '"addressPrefix": "10.9.0.0/16"'));
    const args = ['check', 'doubt', '--only', 'egress/outbound-type', '--format', 'json'];
    const ran = watched(args, folder.path);
    const { findings, undecided } = JSON.parse(ran.out);
    expect(findings).toEqual([]);
    expect(undecided).toMatchObject([{ check: 'egress/outbound-type' }]);
    expect(ran.code).toBe(1);
  });
});
