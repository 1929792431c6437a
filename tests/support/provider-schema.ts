import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceText } from '../../src/diagnostics/index.ts';
import { parseHcl } from '../../src/importers/terraform/hcl/syntax/parse-hcl.ts';
import type { Body, Expression } from '../../src/importers/terraform/hcl/syntax/syntax-tree.ts';
import { projectRoot } from './source-tree.ts';

interface Argument {
  readonly type: string;
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
  readonly maxItems?: number;
  readonly elem?: { readonly type?: string; readonly schema?: Schema };
}
type Schema = Readonly<Record<string, Argument>>;

const PUBLISHED: Readonly<Record<string, { readonly schema: Schema }>> = JSON.parse(
  readFileSync(join(projectRoot, 'data/terraform-azurerm/schema-5.2.0.subset.json'), 'utf8'),
).resources;

/**
 * What provider 4 calls otherwise than the published schema of 5.2 (iac-formats 4.3, and the provider's upgrade guide
 * for 5.0): name then, name now.
 */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  azurerm_subnet: { service_endpoints: 'service_endpoint' },
  azurerm_monitor_diagnostic_setting: { metric: 'enabled_metric' },
  azurerm_application_gateway: { enable_http2: 'http2_enabled' },
  azurerm_virtual_network_gateway: { enable_bgp: 'bgp_enabled' },
  azurerm_private_dns_zone_virtual_network_link: { private_dns_zone_name: 'private_dns_zone_id' },
  azurerm_private_dns_a_record: { zone_name: 'private_dns_zone_id' },
  azurerm_private_dns_aaaa_record: { zone_name: 'private_dns_zone_id' },
  azurerm_private_dns_cname_record: { zone_name: 'private_dns_zone_id' },
  azurerm_lb_rule: {
    enable_floating_ip: 'floating_ip_enabled',
    enable_tcp_reset: 'tcp_reset_enabled',
  },
};

/** Blocks that were optional in provider 4, and arguments that went with the old names. */
const ONLY_THEN =
  /^azurerm_private_dns_(?:zone_virtual_network_link|\w+_record)\.resource_group_name$/;
const ONLY_NOW = /^azurerm_kubernetes_cluster\.node_provisioning_profile$/;

const META = new Set(['count', 'depends_on', 'lifecycle', 'provider', 'for_each']);

/** What the provider would refuse in a configuration by its own schema: unknown, missing, read-only, wrong form. */
export function problemsOf(text: string): readonly string[] {
  const { value, diagnostics } = parseHcl(text, sourceText('main.tf', text));
  const problems = diagnostics.map(({ message }) => message);
  for (const { type, labels, body } of value?.body.blocks ?? []) {
    const [kind = '', label = ''] = labels;
    const schema = PUBLISHED[kind]?.schema;
    if (type !== 'resource' || schema === undefined) continue;
    check(body, schema, kind, RENAMED[kind] ?? {}, `${kind}.${label}`, problems);
  }
  return problems;
}

/** Types of the configuration that the published subset does not have, and so are not checked. */
export function uncheckedTypes(text: string): readonly string[] {
  const { value } = parseHcl(text, sourceText('main.tf', text));
  const types = (value?.body.blocks ?? []).flatMap(({ type, labels }) =>
    type === 'resource' && labels[0] !== undefined ? [labels[0]] : [],
  );
  return [...new Set(types)].filter((type) => PUBLISHED[type] === undefined).sort();
}

function check(
  body: Body,
  schema: Schema,
  type: string,
  renamed: Readonly<Record<string, string>>,
  at: string,
  problems: string[],
): void {
  const written = new Set<string>();
  const find = (name: string) => {
    const now = renamed[name] ?? name;
    if (written.has(name) && schema[now]?.elem?.schema === undefined)
      problems.push(`${at}.${name} twice`);
    written.add(now);
    return schema[now];
  };
  for (const { name, value } of body.attributes) {
    if (META.has(name) || ONLY_THEN.test(`${type}.${name}`)) continue;
    const argument = find(name);
    if (argument === undefined) problems.push(`${at}.${name} is no argument`);
    else if (argument.optional !== true && argument.required !== true) {
      problems.push(`${at}.${name} is told by the service`);
    } else if (argument.elem?.schema !== undefined && renamed[name] === undefined) {
      problems.push(`${at}.${name} is a block`);
    } else if (!fits(value, argument) && renamed[name] === undefined) {
      problems.push(`${at}.${name} is no ${argument.type}`);
    }
  }
  const counts = new Map<string, number>();
  for (const { type: name, body: inner } of body.blocks) {
    if (META.has(name)) continue;
    const argument = find(name);
    const path = `${at}.${name}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (argument?.elem?.schema === undefined) problems.push(`${path} is no block`);
    else check(inner, argument.elem.schema, type, {}, path, problems);
    if ((counts.get(name) ?? 0) > (argument?.maxItems ?? Infinity))
      problems.push(`${path} too often`);
  }
  for (const [name, { required }] of Object.entries(schema)) {
    if (required !== true || written.has(name) || ONLY_NOW.test(`${type}.${name}`)) continue;
    problems.push(`${at}.${name} is missing`);
  }
}

/** Of a value that is written out; what an expression comes out as is not known here. */
function fits(value: Expression, { type }: Argument): boolean {
  switch (value.kind) {
    case 'literal':
      if (typeof value.value === 'string') return type === 'TypeString';
      if (typeof value.value === 'number') return /^Type(?:Int|Float|String)$/.test(type);
      return typeof value.value !== 'boolean' || type === 'TypeBool';
    case 'template':
    case 'call':
      return type === 'TypeString';
    case 'tuple':
      return type === 'TypeList' || type === 'TypeSet';
    case 'object':
      return type === 'TypeMap';
    default:
      return true;
  }
}
