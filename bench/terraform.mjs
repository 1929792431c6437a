// Import of a generated Terraform plan in one line of JSON, beside JSON.parse of the same text in the same process.
//   npm run bench -- terraform       20 MB (goal: a few seconds)
//   node bench/terraform.mjs 5       another size, in MB
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { library } from './library.mjs';
import { peakKilobytes } from './peak.mjs';

const self = fileURLToPath(import.meta.url);
const root = join(dirname(self), '..');
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(30) : String(cell).padStart(12)))
      .join(''),
  );
const ms = (value) => `${value.toFixed(0)} ms`;

if (process.argv[2] === 'one') await one(process.argv[3], process.argv[4]);
else {
  mkdirSync(join(root, 'dist', 'bench'), { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-terraform-'));
  try {
    const file = join(folder, 'plan.json');
    writeFileSync(file, planText(Number(process.argv[2] ?? 20) * 1e6));
    row('Terraform plan', 'time', 'of parse', 'peak', 'resources');
    for (const what of ['JSON.parse', 'import']) {
      spawnSync(process.execPath, [self, 'one', what, file], { stdio: 'inherit' });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In a process of its own, because peak memory is of the process. */
async function one(what, file) {
  const text = readFileSync(file, 'utf8');
  const size = `${(text.length / 1e6).toFixed(1)} MB`;
  const plain = timed(() => JSON.parse(text));
  if (what === 'JSON.parse') {
    const peak = `${(peakKilobytes() / 1024).toFixed(0)} MB`;
    row(`JSON.parse of ${size}`, ms(plain.time), '1.0x', peak, '');
    return;
  }
  const { parseJson, sourceText, importTerraformPlan, buildSnapshot } = await library(
    'terraform',
    [
      "export { parseJson } from './importers/json/index.ts';",
      "export { sourceText } from './diagnostics/index.ts';",
      "export { importTerraformPlan } from './importers/terraform/index.ts';",
      "export { buildSnapshot } from './importers/snapshot/index.ts';",
    ].join('\n'),
  );
  const read = timed(() => parseJson(text, sourceText('plan.json', text)));
  const part = timed(() => importTerraformPlan(read.value.value));
  const snapshot = timed(() => buildSnapshot([part.value], {}, []));
  const ratio = (time) => `${(time / plain.time).toFixed(1)}x`;
  const all = read.time + part.time + snapshot.time;
  const peak = `${(peakKilobytes() / 1024).toFixed(0)} MB`;
  row('  reading it with places', ms(read.time), ratio(read.time), '', '');
  row('  into ARM resources', ms(part.time), ratio(part.time), '', part.value.resources.length);
  row('  into a snapshot', ms(snapshot.time), ratio(snapshot.time), '', '');
  row(`import of ${size}`, ms(all), ratio(all), peak, snapshot.value.resources.size);
}

function timed(work) {
  const began = performance.now();
  const value = work();
  return { value, time: performance.now() - began };
}

/** Spokes with subnets, rules, routes and groups of firewall rules: every other one is there, the rest is to be made. */
function planText(size) {
  const resources = [];
  const changes = [];
  const written = [];
  let length = 0;
  for (let spoke = 0; length < size; spoke += 1) {
    const isNew = spoke % 2 === 1;
    for (const one of spokeOf(spoke, isNew)) {
      const head = {
        address: `${one.type}.${one.name}`,
        mode: 'managed',
        type: one.type,
        name: one.name,
      };
      const provider_name = 'registry.terraform.io/hashicorp/azurerm';
      const values = one.values;
      const resource = { ...head, provider_name, schema_version: 0, values, sensitive_values: {} };
      const change = {
        actions: [isNew ? 'create' : 'no-op'],
        before: isNew ? null : values,
        after: values,
        after_unknown: one.unknown ?? {},
        before_sensitive: {},
        after_sensitive: {},
      };
      const expressions = one.expressions ?? {};
      resources.push(resource);
      changes.push({ ...head, provider_name, change });
      written.push({ ...head, provider_config_key: 'azurerm', expressions, schema_version: 0 });
      length += JSON.stringify([resource, change, expressions]).length + 300;
    }
  }
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: { root_module: { resources } },
    resource_changes: changes,
    configuration: { root_module: { resources: written } },
  });
}

function spokeOf(spoke, isNew) {
  const group = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-bench';
  const at = (type, name) => `${group}/providers/Microsoft.Network/${type}/${name}`;
  const made = (type, name, values, links = {}, id = undefined) => {
    const expressions = Object.fromEntries(
      Object.entries(links).map(([argument, [target]]) => [
        argument,
        { references: [`${target}.id`, target] },
      ]),
    );
    const known = Object.fromEntries(
      Object.entries(links).map(([argument, [, link]]) => [argument, link]),
    );
    const unknown = {
      id: true,
      ...Object.fromEntries(Object.keys(links).map((one) => [one, true])),
    };
    const all = { resource_group_name: 'rg-bench', timeouts: null, ...values };
    return isNew
      ? { type, name, values: all, unknown, expressions }
      : { type, name, values: { ...all, ...known, id }, unknown: {}, expressions };
  };
  const net = `vnet-${spoke}`;
  const list = [
    made(
      'azurerm_virtual_network',
      `n${spoke}`,
      {
        name: net,
        location: 'westeurope',
        tags: { env: 'prod', app: `a${spoke}` },
        address_space: [`10.${spoke % 250}.0.0/16`],
        dns_servers: ['10.0.0.4'],
      },
      {},
      at('virtualNetworks', net),
    ),
    made(
      'azurerm_route_table',
      `t${spoke}`,
      {
        name: `rt-${spoke}`,
        location: 'westeurope',
        bgp_route_propagation_enabled: false,
        tags: null,
      },
      {},
      at('routeTables', `rt-${spoke}`),
    ),
    made(
      'azurerm_network_security_group',
      `g${spoke}`,
      { name: `nsg-${spoke}`, location: 'westeurope', tags: null },
      {},
      at('networkSecurityGroups', `nsg-${spoke}`),
    ),
  ];
  for (let index = 0; index < 8; index += 1) {
    const name = `s${spoke}_${index}`;
    const id = `${at('virtualNetworks', net)}/subnets/snet-${index}`;
    const subnet = [`azurerm_subnet.${name}`, id];
    list.push(
      made(
        'azurerm_subnet',
        name,
        {
          name: `snet-${index}`,
          virtual_network_name: net,
          address_prefixes: [`10.${spoke % 250}.${index}.0/24`],
          default_outbound_access_enabled: true,
          delegation: [],
          private_endpoint_network_policies: 'Disabled',
          private_link_service_network_policies_enabled: true,
          service_endpoints: [],
          service_endpoint_policy_ids: [],
        },
        {},
        id,
      ),
      made(
        'azurerm_subnet_route_table_association',
        name,
        {},
        {
          subnet_id: subnet,
          route_table_id: [`azurerm_route_table.t${spoke}`, at('routeTables', `rt-${spoke}`)],
        },
        id,
      ),
      made(
        'azurerm_subnet_network_security_group_association',
        name,
        {},
        {
          subnet_id: subnet,
          network_security_group_id: [
            `azurerm_network_security_group.g${spoke}`,
            at('networkSecurityGroups', `nsg-${spoke}`),
          ],
        },
        id,
      ),
    );
  }
  for (let index = 0; index < 10; index += 1) {
    list.push(
      made(
        'azurerm_route',
        `r${spoke}_${index}`,
        {
          name: `route-${index}`,
          route_table_name: `rt-${spoke}`,
          address_prefix: `172.16.${index}.0/24`,
          next_hop_type: 'VirtualAppliance',
          next_hop_in_ip_address: '10.0.0.4',
        },
        {},
        `${at('routeTables', `rt-${spoke}`)}/routes/route-${index}`,
      ),
      made(
        'azurerm_network_security_rule',
        `r${spoke}_${index}`,
        {
          name: `rule-${index}`,
          network_security_group_name: `nsg-${spoke}`,
          description: '',
          priority: 100 + index,
          direction: 'Inbound',
          access: 'Allow',
          protocol: 'Tcp',
          source_port_range: '*',
          source_port_ranges: [],
          destination_port_range: `${1000 + index}`,
          destination_port_ranges: [],
          source_address_prefix: '10.0.0.0/8',
          source_address_prefixes: [],
          destination_address_prefix: '*',
          destination_address_prefixes: [],
          source_application_security_group_ids: [],
          destination_application_security_group_ids: [],
        },
        {},
        `${at('networkSecurityGroups', `nsg-${spoke}`)}/securityRules/rule-${index}`,
      ),
    );
  }
  const rule = (index) => ({
    name: `r${index}`,
    description: null,
    protocols: ['TCP'],
    source_addresses: [`10.${spoke % 250}.${index}.0/24`],
    source_ip_groups: [],
    destination_addresses: [`172.20.${index}.0/24`],
    destination_ip_groups: [],
    destination_fqdns: [],
    destination_ports: ['443', '8443'],
  });
  const policy = at('firewallPolicies', 'afwp');
  list.push(
    made(
      'azurerm_firewall_policy_rule_collection_group',
      `c${spoke}`,
      {
        name: `rcg-${spoke}`,
        firewall_policy_id: policy,
        priority: 200 + (spoke % 60_000),
        nat_rule_collection: [],
        application_rule_collection: [],
        network_rule_collection: [
          {
            name: 'allow',
            priority: 200,
            action: 'Allow',
            rule: Array.from({ length: 60 }, (_, index) => rule(index)),
          },
        ],
      },
      {},
      `${policy}/ruleCollectionGroups/rcg-${spoke}`,
    ),
  );
  return list;
}
