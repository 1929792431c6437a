// Makes resource-types.json out of the `generated` files of github.com/Azure/bicep-types-az:
//   node data/resource-types/prune.mjs FOLDER
// FOLDER holds index.json, api-versions.json and PROVIDER/VERSION.types.json. Descriptions are left out, equal types are
// kept once, and only the versions below are taken.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TAKEN = {
  'microsoft.network/2024-05-01': /./,
  'microsoft.network/privatedns-2024-06-01': /./,
  'microsoft.network/dns-2018-05-01': /./,
  'microsoft.network/dnsresolver-2025-05-01': /./,
  'microsoft.containerservice/2026-05-01': /./,
  'microsoft.insights/2021-05-01-preview': /./,
  'microsoft.insights/2023-12-01': /./,
  'microsoft.containerregistry/2025-11-01': /./,
  'microsoft.keyvault/2024-11-01': /./,
  'microsoft.managedidentity/2024-11-30': /./,
  'microsoft.operationalinsights/2025-07-01': /./,
  'microsoft.authorization/2020-05-01': /./,
  'microsoft.authorization/2022-04-01': /./,
  'microsoft.resources/resourcegroups-2025-04-01': /./,
};

const folder = process.argv[2];
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const nodes = [];
const resources = {};
for (const [file, wanted] of Object.entries(TAKEN)) {
  const types = read(`${file}.types.json`);
  const base = nodes.length;
  const at = (reference) => base + Number(reference.$ref.replace('#/', ''));
  for (const type of types) nodes.push(compact(type, at, (reference) => types[Number(reference.$ref.replace('#/', ''))]));
  for (const [index, type] of types.entries()) {
    if (type.$type !== 'ResourceType') continue;
    const [name, version] = type.name.split('@');
    if (wanted.test(name)) resources[name] = [version, base + Number(type.body.$ref.replace('#/', '')), index, type.writableScopes];
  }
}

/** A type as an array: its kind, then what it needs. A reference is a number. */
function compact(type, at, look) {
  const properties = (written) =>
    Object.fromEntries(Object.entries(written).map(([name, property]) => [name, [at(property.type), property.flags]]));
  switch (type.$type) {
    case 'StringType':
      return trimmed(['string', type.minLength ?? null, type.maxLength ?? null, type.pattern ?? null, type.sensitive ? 1 : null]);
    case 'IntegerType':
      return trimmed(['int', type.minValue ?? null, type.maxValue ?? null]);
    case 'BooleanType':
      return ['bool'];
    case 'StringLiteralType':
      return ['enum', [type.value], 0];
    case 'UnionType': {
      const elements = type.elements.map(look);
      const literals = elements.filter((each) => each.$type === 'StringLiteralType').map((each) => each.value);
      const others = elements.filter((each) => each.$type !== 'StringLiteralType' && each.$type !== 'NullType');
      if (others.every((each) => each.$type === 'StringType') && literals.length > 0) return ['enum', literals, others.length > 0 ? 1 : 0];
      return ['any'];
    }
    case 'ArrayType':
      return trimmed(['array', at(type.itemType), type.minLength ?? null, type.maxLength ?? null]);
    case 'ObjectType':
      return ['object', type.name, properties(type.properties ?? {}), type.additionalProperties ? at(type.additionalProperties) : null];
    case 'DiscriminatedObjectType':
      return ['choice', type.discriminator, properties(type.baseProperties ?? {}), Object.fromEntries(Object.entries(type.elements).map(([value, element]) => [value, at(element)]))];
    case 'ResourceType':
    case 'AnyType':
    case 'NullType':
      return ['any'];
    default:
      throw new Error(`what is ${type.$type}?`);
  }
}

function trimmed(list) {
  while (list.at(-1) === null) list.pop();
  return list;
}

function mapped(node, to) {
  const properties = (written) => Object.fromEntries(Object.entries(written).map(([name, [type, flags]]) => [name, [to(type), flags]]));
  switch (node[0]) {
    case 'array':
      return [node[0], to(node[1]), ...node.slice(2)];
    case 'object':
      return [node[0], node[1], properties(node[2]), node[3] === null ? null : to(node[3])];
    case 'choice':
      return [node[0], node[1], properties(node[2]), Object.fromEntries(Object.entries(node[3]).map(([value, type]) => [value, to(type)]))];
    default:
      return node;
  }
}

// Equal types become one: as long as any two nodes say the same with what they refer to taken as one.
let classOf = nodes.map((_, index) => index);
for (;;) {
  const seen = new Map();
  const next = nodes.map((node, index) => {
    const text = JSON.stringify(mapped(node, (type) => classOf[type]));
    if (!seen.has(text)) seen.set(text, index);
    return seen.get(text);
  });
  if (next.every((each, index) => each === classOf[index])) break;
  classOf = next;
}
const kept = [];
const numbers = new Map();
const visit = (index) => {
  const own = classOf[index];
  if (!numbers.has(own)) {
    numbers.set(own, kept.length);
    kept.push(null);
    kept[numbers.get(own)] = mapped(nodes[own], visit);
  }
  return numbers.get(own);
};
const known = read('api-versions.json');
const versionsOf = Object.fromEntries(Object.entries(known.types ?? known).map(([name, list]) => [name.toLowerCase(), list]));
const table = Object.fromEntries(
  Object.entries(resources)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, [version, body, , scopes]]) => [name, { version, body: visit(body), scopes, versions: versionsOf[name.toLowerCase()] ?? [version] }]),
);
const lines = [
  '{',
  ' "origin": "github.com/Azure/bicep-types-az, generated, commit 1f896de2d",',
  ' "readOn": "2026-08-20",',
  ' "resources": {',
  Object.entries(table).map(([name, entry]) => `  ${JSON.stringify(name)}: ${JSON.stringify(entry)}`).join(',\n'),
  ' },',
  ' "types": [',
  kept.map((node) => `  ${JSON.stringify(node)}`).join(',\n'),
  ' ]',
  '}',
];
writeFileSync(join(dirname(fileURLToPath(import.meta.url)), 'resource-types.json'), `${lines.join('\n')}\n`);
