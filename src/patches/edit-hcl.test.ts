import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sourceText } from '../diagnostics/index.ts';
import { parseHcl } from '../importers/terraform/hcl/index.ts';
import type { Change, PathStep, PlainJson } from '../questions/check/index.ts';
import { patchFiles } from './patch-files.ts';

/** Texts that the formatter of Terraform is shown at the end. */
const written: string[] = [];

/** `▸` marks where the block or the value starts, as the reader of configurations places it; expected texts are written by hand. */
function patched(
  marked: string,
  path: readonly PathStep[],
  to?: PlainJson,
  via: readonly string[] = [],
): string {
  const text = marked.replace('▸', '');
  const at = { source: sourceText('main.tf', text), offset: marked.indexOf('▸'), via };
  const change: Change = { at, path, ...(to === undefined ? {} : { to }) };
  const { files, refusals } = patchFiles([[change]], () => text);
  const [refusal] = refusals;
  if (refusal !== undefined) return `refused: ${refusal.why}`;
  const after = files[0]?.after ?? text;
  if (!after.includes('\r') && !after.includes('unformatted')) written.push(after);
  return after;
}

const policy = (inside: string) => `▸resource "azurerm_firewall_policy" "this" {\n${inside}}\n`;
const MODE = ['properties', 'threatIntelMode'];
const PROXY = ['properties', 'dnsSettings', 'enableProxy'];

describe('an argument is set where it is written', () => {
  it.each<[string, string, readonly PathStep[], PlainJson, string]>([
    [
      'a literal in place, its comment with it',
      '  name                     = "afwp"\n  threat_intelligence_mode = "Alert" # as bought\n',
      MODE,
      'Deny',
      '  name                     = "afwp"\n  threat_intelligence_mode = "Deny" # as bought\n',
    ],
    [
      'comments of neighbours stay below each other',
      '  sku                      = "Standard" # paid\n  threat_intelligence_mode = "Off"      # never\n',
      MODE,
      'Deny',
      '  sku                      = "Standard" # paid\n  threat_intelligence_mode = "Deny"     # never\n',
    ],
    [
      'a missing one behind the last, the signs below each other',
      '  name     = "afwp"\n  location = "westeurope"\n\n  dns {\n    proxy_enabled = true\n  }\n',
      MODE,
      'Deny',
      '  name                     = "afwp"\n  location                 = "westeurope"\n  threat_intelligence_mode = "Deny"\n\n  dns {\n    proxy_enabled = true\n  }\n',
    ],
    [
      'a missing one alone in front of a block',
      '  dns {\n    proxy_enabled = true\n  }\n',
      MODE,
      'Deny',
      '  threat_intelligence_mode = "Deny"\n\n  dns {\n    proxy_enabled = true\n  }\n',
    ],
    [
      'behind a value of several lines',
      '  name = "afwp"\n  private_ip_ranges = [\n    "10.0.0.0/8",\n  ]\n',
      MODE,
      'Deny',
      '  name = "afwp"\n  private_ip_ranges = [\n    "10.0.0.0/8",\n  ]\n  threat_intelligence_mode = "Deny"\n',
    ],
    [
      'in a nested block that is there',
      '  dns {\n    proxy_enabled = false\n  }\n',
      PROXY,
      true,
      '  dns {\n    proxy_enabled = true\n  }\n',
    ],
    [
      'in a nested block on one line',
      '  dns { servers = ["10.0.0.4"] }\n',
      PROXY,
      true,
      '  dns {\n    servers       = ["10.0.0.4"]\n    proxy_enabled = true\n  }\n',
    ],
    ['in an empty block', '  dns {}\n', PROXY, true, '  dns {\n    proxy_enabled = true\n  }\n'],
    [
      'in a nested block that is made for it, before what is told to Terraform',
      '  name = "afwp"\n\n  lifecycle {\n    prevent_destroy = true\n  }\n',
      PROXY,
      true,
      '  name = "afwp"\n\n  dns {\n    proxy_enabled = true\n  }\n\n  lifecycle {\n    prevent_destroy = true\n  }\n',
    ],
    [
      'for all that for_each makes, when the literal is of all',
      `  for_each                 = local.regions\n  name                     = "afwp-\${each.key}"\n  threat_intelligence_mode = "Alert"\n`,
      MODE,
      'Deny',
      `  for_each                 = local.regions\n  name                     = "afwp-\${each.key}"\n  threat_intelligence_mode = "Deny"\n`,
    ],
    [
      'a list that is empty gets its first item',
      '  threat_intelligence_allowlist {\n    fqdns = []\n  }\n',
      ['properties', 'threatIntelWhitelist', 'fqdns', { append: true }],
      `"a" \${b} %{c} \\`,
      `  threat_intelligence_allowlist {\n    fqdns = ["\\"a\\" $\${b} %%{c} \\\\"]\n  }\n`,
    ],
    [
      'a list of several lines gets one more',
      '  private_ip_ranges = [\n    "10.0.0.0/8", # ours\n    var.more\n  ]\n',
      ['properties', 'snat', 'privateRanges', { append: true }],
      '192.168.0.0/16',
      '  private_ip_ranges = [\n    "10.0.0.0/8", # ours\n    var.more,\n    "192.168.0.0/16"\n  ]\n',
    ],
  ])('%s', (_, inside, path, to, expected) => {
    expect(patched(policy(inside), path, to)).toBe(policy(expected).replace('▸', ''));
  });

  it('lines that were not aligned are left as they are', () => {
    expect(
      patched(policy('  # unformatted\n  sku = "Standard"\n  name  = "a"\n'), MODE, 'Deny'),
    ).toBe(
      policy(
        '  # unformatted\n  sku = "Standard"\n  name  = "a"\n  threat_intelligence_mode = "Deny"\n',
      ).replace('▸', ''),
    );
  });

  it('line ends stay as they are', () => {
    const text = policy('  name = "a"\n').replaceAll('\n', '\r\n');
    expect(patched(text, PROXY, true)).toBe(
      policy('  name = "a"\n\n  dns {\n    proxy_enabled = true\n  }\n')
        .replace('▸', '')
        .replaceAll('\n', '\r\n'),
    );
  });
});

describe('ARM’s words become those of the provider', () => {
  it.each<[string, string, readonly PathStep[], PlainJson, string]>([
    [
      'a switch of the opposite sense',
      '▸resource "azurerm_route_table" "t" {\n  name                          = "rt"\n  bgp_route_propagation_enabled = true\n}\n',
      ['properties', 'disableBgpRoutePropagation'],
      true,
      'resource "azurerm_route_table" "t" {\n  name                          = "rt"\n  bgp_route_propagation_enabled = false\n}\n',
    ],
    [
      'the name that an older provider had, where it stands',
      '▸resource "azurerm_route_table" "t" {\n  disable_bgp_route_propagation = false\n}\n',
      ['properties', 'disableBgpRoutePropagation'],
      true,
      'resource "azurerm_route_table" "t" {\n  disable_bgp_route_propagation = true\n}\n',
    ],
    [
      'a word for a switch, and two arguments of one new block',
      '▸resource "azurerm_key_vault" "v" {\n  name = "kv"\n}\n',
      ['properties', 'publicNetworkAccess'],
      'Disabled',
      'resource "azurerm_key_vault" "v" {\n  name                          = "kv"\n  public_network_access_enabled = false\n}\n',
    ],
    [
      'an add-on of a cluster',
      '▸resource "azurerm_kubernetes_cluster" "c" {\n  name = "aks"\n}\n',
      ['properties', 'addonProfiles', 'azurepolicy', 'enabled'],
      true,
      'resource "azurerm_kubernetes_cluster" "c" {\n  name                 = "aks"\n  azure_policy_enabled = true\n}\n',
    ],
    [
      'the mode of a WAF policy',
      '▸resource "azurerm_web_application_firewall_policy" "w" {\n  policy_settings {\n    enabled = false\n    mode    = "Detection"\n  }\n}\n',
      ['properties', 'policySettings', 'state'],
      'Enabled',
      'resource "azurerm_web_application_firewall_policy" "w" {\n  policy_settings {\n    enabled = true\n    mode    = "Detection"\n  }\n}\n',
    ],
  ])('%s', (_, text, path, to, expected) => {
    expect(patched(text, path, to)).toBe(expected);
  });

  it('what the table has no argument for is refused', () => {
    expect(patched(policy('  name = "a"\n'), ['properties', 'nothing'], 1)).toBe(
      'refused: `azurerm_firewall_policy` has no argument for `properties.nothing`',
    );
  });
});

const GROUP = `resource "azurerm_firewall_policy_rule_collection_group" "aks" {
  name               = "rcg"
  firewall_policy_id = azurerm_firewall_policy.this.id
  priority           = 500

  network_rule_collection {▹
    name     = "net"
    priority = 200
    action   = "Allow"

    # the tunnel
    rule {①
      name              = "tunnel"
      protocols         = ["UDP"]
      destination_ports = ["1194"]
    }

    rule {②
      name              = "time"
      protocols         = ["UDP"]
      destination_ports = ["123"]
    }
  }

  application_rule_collection {◇
    name     = "app"
    priority = 300
    action   = "Allow"

    rule {
      name              = "registry"
      destination_fqdns = ["mcr.microsoft.com"]

      protocols {
        type = "Https"
        port = 443
      }
    }
  }

  nat_rule_collection {
    name     = "in"
    priority = 100
    action   = "Dnat"

    rule {③
      name      = "web"
      protocols = [④"TCP", "UDP"]
    }
  }
}
`;
const MARKS = /[▹①②③④◇]/g;
const at = (mark: string, text = GROUP) => text.replace(mark, '▸').replace(MARKS, '');
const BARE = GROUP.replace(MARKS, '');

describe('rules are blocks', () => {
  it('one goes with its lines and the empty line before it', () => {
    expect(patched(at('②'), [])).toBe(
      BARE.replace(
        '\n\n    rule {\n      name              = "time"\n      protocols         = ["UDP"]\n      destination_ports = ["123"]\n    }',
        '',
      ),
    );
  });

  it('the first one goes, and comments stay', () => {
    expect(patched(at('①'), [])).toBe(
      BARE.replace(/ {4}rule \{\n {6}name {14}= "tunnel"[\s\S]*?\n {4}\}\n/, ''),
    );
  });

  it('one more stands behind the last, in the words of its kind', () => {
    const rule = {
      ruleType: 'NetworkRule',
      name: 'aks-dns',
      sourceAddresses: ['10.1.0.0/24'],
      ipProtocols: ['UDP'],
      destinationAddresses: ['AzureCloud.westeurope'],
      destinationPorts: ['53'],
    };
    expect(patched(at('▹'), ['rules', { append: true }], rule)).toBe(
      BARE.replace(
        '["123"]\n    }\n',
        `["123"]
    }

    rule {
      name                  = "aks-dns"
      source_addresses      = ["10.1.0.0/24"]
      protocols             = ["UDP"]
      destination_addresses = ["AzureCloud.westeurope"]
      destination_ports     = ["53"]
    }
`,
      ),
    );
  });

  it('an application rule has a block for each protocol', () => {
    const rule = {
      ruleType: 'ApplicationRule',
      name: 'aks-mcr',
      sourceAddresses: ['10.1.0.0/24'],
      protocols: [
        { protocolType: 'Https', port: 443 },
        { protocolType: 'Http', port: 80 },
      ],
      targetFqdns: ['*.data.mcr.microsoft.com'],
    };
    expect(patched(at('◇'), ['rules', { append: true }], rule)).toBe(
      BARE.replace(
        '443\n      }\n    }\n',
        `443
      }
    }

    rule {
      name              = "aks-mcr"
      source_addresses  = ["10.1.0.0/24"]
      destination_fqdns = ["*.data.mcr.microsoft.com"]

      protocols {
        type = "Https"
        port = 443
      }

      protocols {
        type = "Http"
        port = 80
      }
    }
`,
      ),
    );
  });

  it('a list in a rule is one argument', () => {
    const expected = BARE.replace('["TCP", "UDP"]', '["TCP"]');
    expect(patched(at('③'), ['ipProtocols'], ['TCP'])).toBe(expected);
    expect(patched(at('④').replace('[▸', '▸['), [], ['TCP'])).toBe(expected);
  });

  it('a rule of the wrong kind is refused', () => {
    const rule = { ruleType: 'ApplicationRule', name: 'x', targetFqdns: ['a.example'] };
    expect(patched(at('▹'), ['rules', { append: true }], rule)).toMatch(
      /^refused: `azurerm_firewall_policy_rule_collection_group` has no argument for `rules/,
    );
  });

  it('a collection that loses its last rule goes, for the provider wants one', () => {
    const text = at('▹').replace('▸', '');
    const source = sourceText('main.tf', text);
    const bodies = [...text.matchAll(/ {4}rule \{/g)].map((one) => one.index + one[0].length);
    const gone = bodies
      .slice(0, 2)
      .map((offset): readonly Change[] => [{ at: { source, offset }, path: [] }]);
    // Another finding wants something of a rule that goes, and one adds to the collection after it.
    const other: Change = {
      at: { source, offset: bodies[0]! },
      path: ['ipProtocols'],
      to: ['TCP'],
    };
    const { files, refusals } = patchFiles([...gone, [other]], () => text);
    expect(refusals).toEqual([]);
    const after = files[0]!.after;
    written.push(after);
    expect(after).toBe(text.replace(/ {2}network_rule_collection[\s\S]*?\n {2}\}\n\n/, ''));
  });

  it('a classic collection is a resource, and goes when it is empty', () => {
    const collection = (inside: string) =>
      `resource "azurerm_firewall_network_rule_collection" "c" {\n  name     = "c"\n  priority = 100\n${inside}}\n`;
    const last = '\n  rule {▸\n    name = "time"\n  }\n';
    const group = 'resource "azurerm_ip_group" "g" {\n  name = "g"\n}\n';
    expect(patched(`${collection(last)}\n${group}`, [])).toBe(group);
    expect(patched(`${group}\n${collection(last)}`, [])).toBe(group);
    const rule = { name: 'aks', protocols: ['TCP'], destinationPorts: ['443'] };
    const grown = patched(
      `▸${collection(last.replace('▸', ''))}`,
      ['properties', 'rules', { append: true }],
      rule,
    );
    expect(grown).toBe(
      collection(
        `${last.replace('▸', '')}\n  rule {\n    name              = "aks"\n    protocols         = ["TCP"]\n    destination_ports = ["443"]\n  }\n`,
      ),
    );
  });

  it('of several, only what is the same in all goes', () => {
    const several = (count: string, port: string) =>
      `resource "azurerm_network_security_group" "g" {\n  count = ${count}\n\n  security_rule {▸\n    name = ${port}\n  }\n}\n`;
    const without = (count: string) =>
      `resource "azurerm_network_security_group" "g" {\n  count = ${count}\n}\n`;
    const refused = 'refused: `count` may make several of it';
    expect(patched(several('3', '"all"'), [], undefined, ['count.index 1'])).toBe(without('3'));
    expect(patched(several('3', 'var.name'), [], undefined, ['count.index 1'])).toBe(refused);
    // One or none is not several; several calls of the module around it are.
    const perhaps = 'var.wanted ? 1 : 0';
    const once = ['count.index 0'];
    expect(patched(several(perhaps, 'var.name'), [], undefined, once)).toBe(without(perhaps));
    const called = ['count.index 0', 'module m', 'count.index 0'];
    expect(patched(several(perhaps, 'var.name'), [], undefined, called)).toBe(refused);
  });

  it('a rule of its own goes with its resource', () => {
    const rule = 'resource "azurerm_network_security_rule" "all" {\n  name = "all"\n}\n';
    const group = 'resource "azurerm_network_security_group" "g" {\n  name = "g"\n}\n';
    expect(patched(`${group}\n▸${rule}`, [])).toBe(group);
    expect(patched(`▸${rule}\n${group}`, [])).toBe(group);
    const used = group.replace('}', '  depends_on = [azurerm_network_security_rule.all]\n}');
    expect(patched(`▸${rule}\n${used}`, [])).toBe(
      'refused: `azurerm_network_security_rule.all` is used elsewhere',
    );
  });
});

const AZAPI = `①resource "azapi_resource" "policy" {
  type      = "Microsoft.Network/firewallPolicies@2024-05-01"
  name      = "afwp"
  parent_id = var.group

  body = {
    properties = {
      sku             = { tier = "Standard" }
      threatIntelMode = "Alert" # as bought
      dnsSettings = {
        servers = var.servers
      }
      rules = ▹[
        {
          name = "one"
        },
        ②{
          name = "two"
        },
      ]
    }
  }
}
`;
const azapi = (mark: string) => AZAPI.replace(mark, '▸').replace(MARKS, '');
const BODY = AZAPI.replace(MARKS, '');

describe('the body of an AzAPI resource is in ARM’s words', () => {
  it.each<[string, string, readonly PathStep[], PlainJson | undefined, string, string]>([
    ['a literal', '①', MODE, 'Deny', '"Alert"', '"Deny"'],
    [
      'a member more, aligned with its neighbours',
      '①',
      ['properties', 'dnsSettings', 'enableProxy'],
      true,
      'servers = var.servers\n',
      'servers     = var.servers\n        enableProxy = true\n',
    ],
    [
      'one more in an object on one line',
      '①',
      ['properties', 'sku', 'size'],
      1,
      '{ tier = "Standard" }',
      '{ tier = "Standard", size = 1 }',
    ],
    [
      'what is missing on the way',
      '①',
      ['properties', 'snat', 'privateRanges'],
      ['10.0.0.0/8'],
      '      ]\n    }',
      '      ]\n      snat = {\n        privateRanges = ["10.0.0.0/8"]\n      }\n    }',
    ],
    [
      'an item goes with its lines',
      '②',
      [],
      undefined,
      '        {\n          name = "two"\n        },\n',
      '',
    ],
    [
      'an item comes behind the last',
      '▹',
      [{ append: true }],
      { name: 'three' },
      '"two"\n        },\n',
      '"two"\n        },\n        {\n          name = "three"\n        },\n',
    ],
  ])('%s', (_, mark, path, to, before, after) => {
    expect(patched(azapi(mark), path, to)).toBe(BODY.replace(before, after));
  });

  it('so it is where it is a text', () => {
    const encoded = (mode: string) =>
      `▸resource "azapi_resource" "p" {\n  body = jsonencode({\n    properties = {\n      threatIntelMode = ${mode}\n    }\n  })\n}\n`;
    expect(patched(encoded('"Off"'), MODE, 'Deny')).toBe(encoded('"Deny"').replace('▸', ''));
    expect(patched(encoded('local.mode'), MODE, 'Deny')).toBe(
      'refused: it is computed: `local.mode`',
    );
  });

  it.each<[string, string, readonly PathStep[], PlainJson | undefined, string]>([
    [
      'what is computed',
      azapi('①'),
      ['properties', 'dnsSettings', 'servers'],
      [],
      'it is computed: `var.servers`',
    ],
    ['what is not there', azapi('①'), ['properties', 'none'], undefined, 'it is not there'],
    ['the resource', azapi('①'), [], undefined, 'it is a resource of its own'],
    ['no body', '▸resource "azapi_resource" "p" {\n}\n', MODE, 'Deny', 'it has no `body`'],
    [
      'an item for one of many',
      azapi('▹').replace('  name ', '  count = 2\n  name '),
      [{ append: true }],
      1,
      '`count` may make several of it, and this is for one',
    ],
    ['more in a text', azapi('①'), [...MODE, 'x'], 1, 'there is nothing to add it to'],
  ])('not %s', (_, text, path, to, why) => {
    expect(patched(text, path, to)).toBe(`refused: ${why}`);
  });
});

describe('an argument is taken away', () => {
  it('with its line, and its neighbours are aligned', () => {
    expect(
      patched(
        policy('  name                     = "a"\n  threat_intelligence_mode = "Off"\n'),
        MODE,
      ),
    ).toBe(policy('  name = "a"\n').replace('▸', ''));
  });

  it('a block with all of its lines', () => {
    expect(
      patched(policy('  name = "a"\n\n  dns {\n    proxy_enabled = true\n  }\n'), [
        'properties',
        'dnsSettings',
      ]),
    ).toBe(policy('  name = "a"\n').replace('▸', ''));
  });
});

describe('what cannot be said safely is refused', () => {
  const dynamic = (mode: string) =>
    `resource "azurerm_firewall_policy_rule_collection_group" "g" {\n  dynamic "network_rule_collection" {\n    for_each = var.all\n    content {▸\n      action = ${mode}\n\n      rule {\n        name = "x"\n      }\n    }\n  }\n}\n`;

  it.each<[string, string, readonly PathStep[], PlainJson | undefined, string]>([
    [
      'a variable',
      policy('  threat_intelligence_mode = var.mode\n'),
      MODE,
      'Deny',
      'it is computed: `var.mode`',
    ],
    [
      'a text with something in it',
      policy(`  threat_intelligence_mode = "\${var.mode}"\n`),
      MODE,
      'Deny',
      `it is computed: \`"\${var.mode}"\``,
    ],
    [
      'a call of several lines',
      policy('  threat_intelligence_mode = lookup(\n    var.modes, "a"\n  )\n'),
      MODE,
      'Deny',
      'it is computed: `lookup(…`',
    ],
    [
      'a heredoc',
      policy('  threat_intelligence_mode = <<EOT\nAlert\nEOT\n'),
      MODE,
      'Deny',
      'it is computed: `<<EOT…`',
    ],
    [
      'a block that dynamic makes',
      policy(
        '  dynamic "dns" {\n    for_each = var.dns\n    content {\n      proxy_enabled = false\n    }\n  }\n',
      ),
      PROXY,
      true,
      'it is computed: `dynamic "dns"`',
    ],
    [
      'to take away a dynamic block',
      dynamic('"Allow"'),
      [],
      undefined,
      '`dynamic` may make several of it',
    ],
    [
      'to add to one of many',
      dynamic('"Allow"'),
      ['rules', { append: true }],
      { ruleType: 'NetworkRule', name: 'x' },
      '`dynamic` may make several of it, and this is for one',
    ],
    [
      'what the iterator says',
      dynamic('network_rule_collection.value'),
      ['action', 'type'],
      'Deny',
      'it is computed: `network_rule_collection.value`',
    ],
    [
      'a resource that count makes',
      '▸resource "azurerm_network_security_rule" "r" {\n  count = 2\n}\n',
      [],
      undefined,
      '`count` may make several of it',
    ],
    [
      'what Terraform is told to leave',
      policy('  lifecycle {\n    ignore_changes = [tags, threat_intelligence_mode]\n  }\n'),
      MODE,
      'Deny',
      '`ignore_changes` keeps it as it is',
    ],
    [
      'what is only looked up',
      '▸data "azurerm_firewall_policy" "p" {\n  name = "p"\n}\n',
      MODE,
      'Deny',
      'it is only looked up here',
    ],
    [
      'a type that nobody knows',
      '▸resource "example_thing" "p" {\n  name = "p"\n}\n',
      MODE,
      'Deny',
      'what `example_thing` says in ARM’s words is not known',
    ],
    ['nothing to take away', policy('  name = "a"\n'), MODE, undefined, 'it is not there'],
    [
      'a block on the line of another thing',
      'resource "azurerm_route_table" "t" { route {▸} }\n',
      [],
      undefined,
      'it shares its line with something else',
    ],
    [
      'a place in the middle of something',
      policy('  name = "a"\n').replace('▸', '').replace('"a"', '"▸a"'),
      MODE,
      'Deny',
      'it is not written there as a block or a value of its own',
    ],
    [
      'a block that ends too early',
      '▸resource "azurerm_firewall_policy" "p" {\n  name = \n',
      MODE,
      'Deny',
      'a part of its block cannot be read',
    ],
  ])('%s', (_, text, path, to, why) => {
    expect(patched(text, path, to)).toBe(`refused: ${why}`);
  });

  it('a literal that all of a dynamic block share is set for all', () => {
    expect(patched(dynamic('"Allow"'), ['action', 'type'], 'Deny')).toBe(
      dynamic('"Deny"').replace('▸', ''),
    );
  });

  it.each([
    ['main.tf.json', '{ "resource": {} }', 'files of this format are not rewritten'],
    [
      'plan.json',
      '{ "terraform_version": "1.11.4" }',
      'Terraform wrote this file: the change belongs into the configuration',
    ],
  ])('%s', (file, text, why) => {
    const source = sourceText(file, text);
    const change: Change = { at: { source, offset: 0 }, path: MODE, to: 'Deny' };
    expect(patchFiles([[change]], () => text).refusals[0]?.why).toBe(why);
  });
});

describe('whatever the place and the text', () => {
  const errorsIn = (text: string) => parseHcl(text, sourceText('', text)).diagnostics;
  const rule = { ruleType: 'NetworkRule', name: 'x', destinationPorts: ['1'] };
  const changes: readonly Omit<Change, 'at'>[] = [
    { path: [] },
    { path: [], to: 'x' },
    { path: ['name'], to: 'x' },
    { path: ['properties', 'priority'] },
    { path: ['rules', { append: true }], to: rule },
    { path: [{ append: true }], to: 'x' },
  ];

  it.each([
    ['azurerm', BARE],
    ['azapi', BODY],
    ['azurerm with CRLF', BARE.replaceAll('\n', '\r\n')],
  ])('%s: what is written can be read', (_, text) => {
    let count = 0;
    const source = sourceText('main.tf', text);
    for (let offset = 0; offset <= text.length; offset += 1) {
      for (const change of changes) {
        const at = { source, offset };
        for (const { after } of patchFiles([[{ ...change, at }]], () => text).files) {
          count += 1;
          expect(errorsIn(after)).toEqual([]);
        }
      }
    }
    expect(count).toBeGreaterThan(10);
  });

  it('a text that ends anywhere is refused or written, and nothing is thrown', () => {
    for (let end = 0; end < BARE.length; end += 7) {
      const text = BARE.slice(0, end);
      const offset = Math.max(0, text.lastIndexOf('rule {') + 6);
      const at = { source: sourceText('main.tf', text), offset };
      const { files, refusals } = patchFiles([[{ at, path: [] }]], () => text);
      expect(files.length + refusals.length).toBe(1);
    }
  });

  it('a name full of signs is a name', () => {
    const odd = 'resource "azurerm_network_security_rule" "a(b" {\n  name = "all"\n}\n';
    expect(patched(`▸${odd}`, [])).toBe('');
  });
});

const folder = mkdtempSync(join(tmpdir(), 'sallyport-fmt-'));
afterAll(() => rmSync(folder, { recursive: true }));
const hasTerraform = spawnSync('terraform', ['version']).status === 0;

describe('the formatter of Terraform', () => {
  it.skipIf(!hasTerraform)(
    `has nothing to change in what was written${hasTerraform ? '' : ' (skipped: no terraform here)'}`,
    () => {
      expect(written.length).toBeGreaterThan(20);
      for (const [index, text] of written.entries()) {
        writeFileSync(join(folder, `case-${index}.tf`), text);
      }
      const { status, stdout, stderr } = spawnSync(
        'terraform',
        ['fmt', '-check', '-diff', folder],
        {
          encoding: 'utf8',
        },
      );
      expect(`${stdout}${status === 0 ? '' : stderr}`).toBe('');
      expect(status).toBe(0);
    },
  );
});
