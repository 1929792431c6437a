// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has these too.
import { describe, expect, it } from 'vitest';
import { importFiles } from '../import/import-files.ts';
import { bodyNamed, evaluated, importBicep, problems } from './import-bicep.ts';

const CHILD = `param name string
param size int = 3
resource x 'A.B/c@1' = {
  name: name
  properties: { size: size }
}
output id string = x.id
@secure()
output key string = 'hunter2'
`;
const reports = (snapshot: Awaited<ReturnType<typeof importFiles>>) =>
  Object.fromEntries(
    snapshot.files.map(({ file, outcome, detail }) => [file, `${outcome}: ${detail}`]),
  );

describe('modules', () => {
  it('are deployed by the file that names them, not on their own', async () => {
    const snapshot = await importBicep(
      "module m './sub/child.bicep' = {\n  name: 'm'\n  params: { name: 'made', size: 4 }\n}\nresource y 'A.B/c@1' = {\n  name: 'y'\n  properties: { of: m.outputs.id }\n}\n",
      { 'sub/child.bicep': CHILD },
    );
    expect(snapshot.diagnostics).toEqual([]);
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['made', 'y']);
    expect(bodyNamed(snapshot, 'made')['properties']).toEqual({ size: 4 });
    expect(bodyNamed(snapshot, 'y')['properties']).toEqual({
      of: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/A.B/c/made',
    });
    expect(reports(snapshot)).toEqual({
      'main.bicep': 'read: 2 resources',
      'sub/child.bicep': 'read: deployed by main.bicep',
    });
  });

  it('a module whose condition is false is not deployed by anybody', async () => {
    const snapshot = await importBicep(
      "module m 'child.bicep' = if (false) {\n  params: { name: 'x' }\n}\nmodule n 'child.bicep' = [for i in []: { params: { name: i } }]\n",
      { 'child.bicep': CHILD },
    );
    expect(snapshot.resources.size).toBe(0);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('loops make as many deployments, and outputs are found by their index', async () => {
    const snapshot = await importBicep(
      "module m 'child.bicep' = [for (n, i) in ['a', 'b']: {\n  params: { name: n, size: i }\n}]\nresource y 'A.B/c@1' = {\n  name: 'y'\n  properties: { ids: [for i in range(0, 2): last(split(m[i].outputs.id, '/'))] }\n}\n",
      { 'child.bicep': CHILD },
    );
    expect(bodyNamed(snapshot, 'y')['properties']).toEqual({ ids: ['a', 'b'] });
    expect(bodyNamed(snapshot, 'b')['properties']).toEqual({ size: 1 });
  });

  it('parameters may be an object worked out elsewhere', async () => {
    const snapshot = await importBicep(
      "var common = { size: 7 }\nmodule m 'child.bicep' = {\n  params: { ...common, name: 'x' }\n}\n",
      { 'child.bicep': CHILD },
    );
    expect(bodyNamed(snapshot, 'x')['properties']).toEqual({ size: 7 });
  });

  it('a parameter that is not passed is said at its declaration, with the way there', async () => {
    const snapshot = await importBicep("module m 'child.bicep' = {\n  name: 'm'\n}\n", {
      'child.bicep': CHILD,
    });
    expect(problems(snapshot.diagnostics)[0]).toBe('child.bicep:1:7 arm/parameter-missing');
    expect(snapshot.diagnostics[0]?.at?.via).toEqual(['module m']);
  });

  it('secrets of a vault and secret outputs are not shown', async () => {
    const child = `@secure()\nparam p string\nresource x 'A.B/c@1' = {\n  name: 'x'\n  properties: { p: p }\n}\n`;
    const snapshot = await importBicep(
      `resource kv 'Microsoft.KeyVault/vaults@2023-07-01' existing = { name: 'kv' }
module m 'child.bicep' = { params: { p: kv.getSecret('s') } }
module n 'other.bicep' = { params: { name: 'y' } }
resource z 'A.B/c@1' = {
  name: 'z'
  properties: { key: n.outputs.key }
}
`,
      { 'child.bicep': child, 'other.bicep': CHILD },
    );
    expect(bodyNamed(snapshot, 'x')['properties']).toMatchObject({ p: { $unknown: 'secret' } });
    expect(bodyNamed(snapshot, 'z')['properties']).toMatchObject({ key: { $unknown: 'secret' } });
  });

  it('a module in JSON is followed too', async () => {
    const json = JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      parameters: { name: { type: 'string' } },
      resources: [{ type: 'A.B/c', apiVersion: '1', name: "[parameters('name')]" }],
      outputs: { id: { type: 'string', value: "[resourceId('A.B/c', parameters('name'))]" } },
    });
    const snapshot = await importBicep(
      "module m 'child.json' = { params: { name: 'x' } }\nmodule off 'child.json' = if (false) { params: { name: 'y' } }\n",
      { 'child.json': json },
    );
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['x']);
    expect(reports(snapshot)['child.json']).toBe('read: deployed by main.bicep');
  });

  it.each([
    ['br/public:avm/res/network/azure-firewall:0.9.0'],
    ['br:example.azurecr.io/bicep/modules/hub:v1'],
    ['ts/team:hub:1.0'],
    ['ts:00000000-0000-0000-0000-000000000000/rg/hub:1.0'],
    ['missing.bicep'],
    ['../outside.bicep'],
  ])('what %s deploys is a gap that names it and what it is given', async (path) => {
    const snapshot = await importBicep(
      `module fw '${path}' = {\n  name: 'fw'\n  params: { name: 'afw', location: 'x' }\n}\nresource y 'A.B/c@1' = {\n  name: 'y'\n  properties: { ip: fw.outputs.privateIp }\n}\n`,
    );
    expect(snapshot.gaps).toEqual([
      expect.objectContaining({
        what: 'Microsoft.Resources/deployments fw',
        why: `what it deploys is not known (${path}); it is given name, location`,
      }),
    ]);
    expect(problems(snapshot.diagnostics)).toContain('main.bicep:1:1 arm/link-not-followed');
    expect(bodyNamed(snapshot, 'y')['properties']).toMatchObject({
      ip: { $unknown: 'external-link' },
    });
  });

  it('modules that deploy each other end with a diagnostic', async () => {
    const other = (name: string) =>
      `module m '${name}.bicep' = { name: 'm' }\nresource x 'A.B/c@1' = { name: '${name}' }\n`;
    const snapshot = await importFiles({ 'a.bicep': other('b'), 'b.bicep': other('a') });
    expect(snapshot.diagnostics.map(({ code }) => code)).toContain('arm/budget');
    expect([...snapshot.resources.values()].map(({ name }) => name).sort()).toEqual(['a', 'b']);
  });

  it('`.?` of a module that is not deployed is null', async () => {
    const declarations = "module m 'child.bicep' = if (false) { params: { name: 'x' } }";
    const value = await evaluated("m.?outputs.id ?? 'none'", declarations, {
      'child.bicep': CHILD,
    });
    expect(value).toBe('none');
  });
});

describe('which form counts', () => {
  const compiled = (name: string) =>
    JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      metadata: { _generator: { name: 'bicep', version: '0.30.1' } },
      parameters: { p: { type: 'string', defaultValue: 'by default' } },
      resources: [{ type: 'A.B/c', apiVersion: '1', name, tags: { p: "[parameters('p')]" } }],
    });

  it('compiled JSON beside the source, and then its modules are in there too', async () => {
    const snapshot = await importFiles({
      'main.bicep': "module m 'mod/child.bicep' = { params: { name: 'source' } }\nbroken\n",
      'mod/child.bicep': CHILD,
      'main.json': compiled('compiled'),
    });
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['compiled']);
    expect(snapshot.diagnostics).toEqual([]);
    expect(snapshot.gaps).toEqual([]);
    expect(reports(snapshot)).toMatchObject({
      'main.bicep': 'skipped: its compiled form beside it is read instead',
      'mod/child.bicep':
        'skipped: compiled into the template that deploys it, which is read instead',
    });
  });

  it('JSON that no compiler wrote is another template', async () => {
    const other = compiled('other').replace('"bicep"', '"me"');
    const snapshot = await importFiles({
      'main.bicep': "resource x 'A.B/c@1' = { name: 'x' }\n",
      'main.json': other,
    });
    expect(snapshot.resources.size).toBe(2);
  });

  it('the compiled form of a module is deployed by the source that names it, not on its own', async () => {
    const snapshot = await importFiles({
      'main.bicep': "module m 'child.bicep' = { params: { p: 'passed' } }\n",
      'child.bicep': CHILD,
      'child.json': compiled('from-json'),
    });
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['from-json']);
    expect(bodyNamed(snapshot, 'from-json')['tags']).toEqual({ p: 'passed' });
  });

  it('a parameter file of the source is one of the compiled form', async () => {
    const snapshot = await importFiles({
      'main.bicep': 'param p string\n',
      'main.json': compiled('compiled'),
      'main.bicepparam': "using 'main.bicep'\nparam p = 'from the file'\n",
    });
    expect(bodyNamed(snapshot, 'compiled')['tags']).toEqual({ p: 'from the file' });
  });
});

describe('imports and loaded files', () => {
  const SHARED = `var inner = 'deep'
@export()
var word = '\${inner} \${helper('x')}'
func helper(a string) string => '<<\${a}>>'
@export()
func greet(name string) string => 'hello \${helper(name)}'
@export()
type secretType = {
  @secure()
  key: string
}
`;

  it('variables and functions come with what they use in their own file', async () => {
    const declarations = "import { word, greet as hi } from 'lib/shared.bicep'\nvar inner = 'mine'";
    const others = { 'lib/shared.bicep': SHARED };
    expect(await evaluated("[word, hi('you'), inner]", declarations, others)).toEqual([
      'deep <<x>>',
      'hello <<you>>',
      'mine',
    ]);
    const all = "import * as lib from 'lib/shared.bicep'";
    expect(await evaluated("[lib.word, lib.greet('all')]", all, others)).toEqual([
      'deep <<x>>',
      'hello <<all>>',
    ]);
  });

  it('a secure part of an imported type hides the parameter', async () => {
    const others = { 'shared.bicep': SHARED };
    for (const declaration of [
      "import { secretType } from 'shared.bicep'\nparam p secretType = { key: 'hunter2' }",
      "import * as s from 'shared.bicep'\nparam p s.secretType = { key: 'hunter2' }",
    ]) {
      expect(await evaluated('p', declaration, others)).toMatchObject({ $unknown: 'secret' });
    }
  });

  it('parameters and resources of another file are not those of this one', async () => {
    const others = {
      'lib.bicep':
        "param p string = 'theirs'\nresource r 'A.B/c@1' existing = { name: 'theirs' }\n@export()\nvar x = p\n@export()\nvar y = r.id\n",
    };
    const declarations =
      "import { x, y } from 'lib.bicep'\nparam p string = 'mine'\nresource r 'A.B/c@1' existing = { name: 'mine' }";
    expect(await evaluated('[x, y]', declarations, others)).toMatchObject([
      { $unknown: 'missing-parameter' },
      { $unknown: 'malformed' },
    ]);
  });

  it('imports may go in a ring', async () => {
    const others = {
      'a.bicep':
        "import { y } from 'b.bicep'\n@export()\nvar x = '${y}x'\n@export()\nvar z = 'z'\n",
      'b.bicep': "import { z } from 'a.bicep'\n@export()\nvar y = '${z}y'\n",
    };
    expect(await evaluated('x', "import { x } from 'a.bicep'", others)).toBe('zyx');
  });

  it('content is loaded from the folder, and stands where it is written', async () => {
    const others = {
      'rules.json': '{\n  "rules": [\n    { "name": "[not an expression]" }\n  ]\n}',
      'rules.yaml': 'rules:\n  - name: first\n',
      'note.txt': 'hello',
    };
    expect(await evaluated("loadJsonContent('rules.json').rules[0].name", '', others)).toBe(
      '[not an expression]',
    );
    expect(await evaluated("loadJsonContent('rules.json', '$.rules[0]')", '', others)).toEqual({
      name: '[not an expression]',
    });
    expect(await evaluated("loadYamlContent('rules.yaml').rules[0].name", '', others)).toBe(
      'first',
    );
    expect(await evaluated("'${loadTextContent('note.txt')}!'", '', others)).toBe('hello!');
    expect(await evaluated("loadFileAsBase64('note.txt')", '', others)).toBe('aGVsbG8=');
  });

  it.each([
    "loadTextContent('../secret.txt')",
    "loadJsonContent('/etc/passwd')",
    "loadTextContent('none.txt')",
  ])('%s is not read, and unknown', async (expression) => {
    expect(await evaluated(expression)).toMatchObject({ $unknown: 'external-link' });
  });

  it('loaded JSON that is none is said at its place', async () => {
    const snapshot = await importBicep(
      "resource x 'A.B/c@1' = {\n  name: 'x'\n  properties: loadJsonContent('bad.json')\n}\n",
      { 'bad.json': '{\n  "a": oops }' },
    );
    expect(problems(snapshot.diagnostics)).toContain('bad.json:2:8 json/syntax');
    expect(bodyNamed(snapshot, 'x')['properties']).toMatchObject({ $unknown: 'malformed' });
  });
});

describe('parameter files', () => {
  const MAIN =
    "param a string\nparam b object = {}\nparam c string = 'default'\nresource x 'A.B/c@1' = {\n  name: 'x'\n  properties: { a: a, b: b, c: c }\n}\n";
  const properties = async (files: Record<string, string>, options = {}) =>
    bodyNamed(await importFiles({ 'main.bicep': MAIN, ...files }, options), 'x')['properties'];

  it('give values, worked out with variables of their own', async () => {
    const file =
      "using './main.bicep'\nvar word = 'w'\nfunc twice(t string) string => '${t}${t}'\nparam a = twice(word)\nparam b = { list: [for i in range(0, 2): '${a}${i}'] }\n";
    expect(await properties({ 'main.bicepparam': file })).toEqual({
      a: 'ww',
      b: { list: ['ww0', 'ww1'] },
      c: 'default',
    });
  });

  it('environment variables and secrets stay unknown', async () => {
    const file =
      "using 'main.bicep'\nparam a = readEnvironmentVariable('A', 'fallback')\nparam b = { k: az.getSecret('s', 'rg', 'kv', 'name') }\n";
    expect(await properties({ 'main.bicepparam': file })).toMatchObject({
      a: { $unknown: 'missing-parameter' },
      b: { k: { $unknown: 'secret' } },
    });
  });

  it('may extend another one', async () => {
    const files = {
      'base.bicepparam': "using none\nparam a = 'base'\nparam c = 'base'\n",
      'main.bicepparam': "using 'main.bicep'\nextends 'base.bicepparam'\nparam c = 'own'\n",
    };
    expect(await properties(files)).toMatchObject({ a: 'base', c: 'own' });
  });

  it('in JSON belong to the source by their name', async () => {
    const file = JSON.stringify({
      parameters: { a: { value: 'json' } },
      contentVersion: '1.0.0.0',
    });
    expect(await properties({ 'main.parameters.json': file })).toMatchObject({ a: 'json' });
  });

  it('of several, the one of the same name is taken, or none', async () => {
    const prod = "using 'main.bicep'\nparam a = 'prod'\n";
    const dev = prod.replace('prod', 'dev');
    const own = prod.replace('prod', 'own');
    expect(await properties({ 'dev.bicepparam': dev, 'main.bicepparam': own })).toMatchObject({
      a: 'own',
    });
    const files = { 'main.bicep': MAIN, 'dev.bicepparam': dev, 'prod.bicepparam': prod };
    const none = await importFiles(files);
    expect(none.diagnostics.map(({ code }) => code)).toContain('bicep/parameters-ambiguous');
    expect(bodyNamed(none, 'x')['properties']).toMatchObject({
      a: { $unknown: 'missing-parameter' },
    });
    const chosen = await importFiles(files, { parameterFiles: ['prod.bicepparam'] });
    expect(chosen.diagnostics).toEqual([]);
    expect(bodyNamed(chosen, 'x')['properties']).toMatchObject({ a: 'prod' });
  });

  it('of a file named by itself are looked for beside it', async () => {
    const files = {
      'main.bicep': MAIN,
      'main.bicepparam': "using 'main.bicep'\nparam a = 'beside'\n",
    };
    const snapshot = await importFiles(files, {}, ['main.bicep']);
    expect(bodyNamed(snapshot, 'x')['properties']).toMatchObject({ a: 'beside' });
    expect(reports(snapshot)).toEqual({
      'main.bicep': 'read: 1 resource, with main.bicepparam',
      'main.bicepparam': 'read: parameters of main.bicep',
    });
  });

  it('named by itself brings the file it is for', async () => {
    const files = {
      'main.bicep': MAIN,
      'prod.bicepparam': "using 'main.bicep'\nparam a = 'prod'\n",
      'other.bicep': MAIN,
    };
    const snapshot = await importFiles(files, {}, ['prod.bicepparam']);
    expect(bodyNamed(snapshot, 'x')['properties']).toMatchObject({ a: 'prod' });
    expect(Object.keys(reports(snapshot)).sort()).toEqual(['main.bicep', 'prod.bicepparam']);
  });

  it('modules of a file named by itself are loaded from its folder', async () => {
    const files = {
      'main.bicep': "module m 'mod/child.bicep' = { params: { name: 'x' } }\n",
      'mod/child.bicep': CHILD,
      'other.bicep': MAIN,
    };
    const snapshot = await importFiles(files, {}, ['main.bicep']);
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['x']);
    expect(reports(snapshot)['mod/child.bicep']).toBe('read: deployed by main.bicep');
  });
});
