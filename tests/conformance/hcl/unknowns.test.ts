import { describe, expect, it } from 'vitest';
import { locate } from '../../../src/diagnostics/index.ts';
import { isUnknown, member, type Unknown, type Value } from '../../../src/values/index.ts';
import { evaluateExpression, evaluateFiles, jsonOf, resourceAt } from './evaluate-text.ts';

/** Expected values by hand: what holds whatever the unknown turns out to be, and nothing else. */
const given = `
variable "open" {}
variable "switch" { type = bool }
resource "azurerm_firewall" "hub" {
  name = "afw"
  ip_configuration {
    name = "one"
  }
}
data "azurerm_subnet" "old" { name = "snet" }
`;

const unknownOf = (value: Value): Unknown => {
  if (!isUnknown(value)) throw new Error(`known: ${JSON.stringify(value)}`);
  return value;
};

describe('what only an apply tells', () => {
  it.each([
    ['azurerm_firewall.hub.id', 'terraform:azurerm_firewall.hub#id'],
    [
      'azurerm_firewall.hub.ip_configuration[0].private_ip_address',
      'terraform:azurerm_firewall.hub#ip_configuration[0].private_ip_address',
    ],
    [
      'azurerm_firewall.hub.management[0].address',
      'terraform:azurerm_firewall.hub#management[0].address',
    ],
    ['data.azurerm_subnet.old.id', 'terraform:data.azurerm_subnet.old#id'],
    ['azurerm_firewall.hub["tags"].env', 'terraform:azurerm_firewall.hub#tags.env'],
  ])('%s keeps its identity', (expression, symbol) => {
    const unknown = unknownOf(evaluateExpression(expression, given).value);
    expect(unknown.symbol).toBe(symbol);
    expect(unknown.reason).toBe('run-time');
  });

  it('what the configuration writes is known, of resources, blocks and data sources', () => {
    expect(evaluateExpression('azurerm_firewall.hub.name', given).value).toMatchObject({
      value: 'afw',
    });
    expect(
      evaluateExpression('azurerm_firewall.hub.ip_configuration[0].name', given).value,
    ).toMatchObject({ value: 'one' });
    expect(evaluateExpression('data.azurerm_subnet.old.name', given).value).toMatchObject({
      value: 'snet',
    });
  });

  it('a text around an unknown keeps what is known in its identity', () => {
    const a = unknownOf(evaluateExpression(`"\${azurerm_firewall.hub.id}/x"`, given).value);
    const b = unknownOf(
      evaluateExpression('format("%s/%s", azurerm_firewall.hub.id, "x")', given).value,
    );
    const c = unknownOf(
      evaluateExpression('join("/", [azurerm_firewall.hub.id, "x"])', given).value,
    );
    expect(a.symbol).toBe('text:«terraform:azurerm_firewall.hub#id»/x');
    expect([b.symbol, c.symbol]).toEqual([a.symbol, a.symbol]);
  });
});

describe('three values', () => {
  it.each([
    ['var.switch || true', true],
    ['true || var.switch', true],
    ['var.switch && false', false],
    ['false && var.switch', false],
    ['var.open == var.open', true],
    ['var.switch ? 7 : 7', 7],
    ['contains(["a", var.open], "a")', true],
    ['alltrue([var.switch, false])', false],
    ['anytrue([var.switch, true])', true],
    ['length([var.open, 1])', 2],
    ['[var.open, "a"][1]', 'a'],
    ['merge({ a = var.open }, { b = 1 }).b', 1],
    ['lookup({ a = var.open, b = 2 }, "b")', 2],
    ['keys({ a = var.open })[0]', 'a'],
    ['concat([var.open], ["b"])[1]', 'b'],
    ['jsondecode(jsonencode({ a = var.open, b = [1] })).b[0]', 1],
    ['can(var.open)', undefined],
    ['var.open != null', undefined],
    ['var.switch ? 1 : 2', undefined],
    ['!var.switch', undefined],
    ['var.open + 1', undefined],
    ['contains(["a", var.open], "b")', undefined],
    ['[for x in var.open : x]', undefined],
    ['[for x in [1, 2] : x if var.switch]', undefined],
    ['toset([var.open, "a"]) == toset(["a"])', undefined],
    ['length(toset([var.open, "a"]))', undefined],
    ['flatten([var.open, ["a"]])', undefined],
    ['coalesce(var.open, "b")', undefined],
    ['compact([var.open])', undefined],
    ['try(var.open, "never this")', undefined],
    ['cidrsubnet(var.open, 4, 1)', undefined],
    ['upper(var.open)', undefined],
    ['sha256("x")', undefined],
    ['uuid()', undefined],
    ['file("absent.txt")', undefined],
    ['sensitive("hunter2")', undefined],
    ['nonsensitive(sensitive("hunter2"))', undefined],
  ])('%s is %s', (expression, expected) => {
    const { value } = evaluateExpression(expression, given);
    if (expected === undefined) expect(value.kind).toBe('unknown');
    else expect(value).toMatchObject({ value: expected });
  });

  it('equal calls of equal unknowns are equal, others are not', () => {
    const symbol = (text: string) => unknownOf(evaluateExpression(text, given).value).symbol;
    expect(symbol('upper(var.open)')).toBe(symbol('upper(var.open)'));
    expect(symbol('upper(var.open)')).toBeDefined();
    expect(symbol('upper(var.open)')).not.toBe(symbol('lower(var.open)'));
    expect(symbol('md5("a")')).not.toBe(symbol('md5("b")'));
    expect(symbol('uuid()')).toBeUndefined();
  });

  it('an unknown says the text and the one fact that would settle it', () => {
    const unknown = unknownOf(evaluateExpression('cidrsubnet(var.open, 4, 1)', given).value);
    expect(unknown).toMatchObject({
      reason: 'missing-parameter',
      text: 'cidrsubnet(var.open, 4, 1)',
      missing: 'a value for variable open',
    });
  });
});

describe('how many there are', () => {
  it('an unknown `count` is one instance that may be there', () => {
    const result = evaluateFiles({
      'main.tf': `variable "n" {}
resource "a_b" "x" {
  count = var.n
  name  = "n\${count.index}"
}
resource "a_b" "y" { other = a_b.x[0].id }
`,
    });
    expect(result.resources.map(({ address }) => address)).toEqual(['a_b.x[?]', 'a_b.y']);
    const one = resourceAt(result, 'a_b.x[?]');
    expect(one.exists?.missing).toContain('a value for variable n');
    expect(member(one.values, 'name')?.kind).toBe('unknown');
    const other = unknownOf(member(resourceAt(result, 'a_b.y').values, 'other')!);
    expect(other.symbol).toBe('terraform:a_b.x[0]#id');
  });

  it('a condition between none and one is that one, which may be there', () => {
    const result = evaluateFiles({
      'main.tf': `variable "on" {}
resource "a_b" "x" {
  count = var.on ? 1 : 0
  name  = "n\${count.index}"
}
resource "a_b" "y" { other = a_b.x[0].name }
resource "a_b" "z" { all = a_b.x[*].name }
`,
    });
    expect(jsonOf(result, 'a_b.x[0]')).toEqual({ name: 'n0' });
    expect(resourceAt(result, 'a_b.x[0]').exists?.missing).toBe('a value for variable on');
    expect(jsonOf(result, 'a_b.y')).toEqual({ other: 'n0' });
    expect(member(resourceAt(result, 'a_b.z').values, 'all')?.kind).toBe('unknown');
  });

  it('a condition between a map and nothing is its keys, each of which may be there', () => {
    const result = evaluateFiles({
      'main.tf': `variable "on" {}
resource "a_b" "x" {
  for_each = var.on ? toset(["p", "q"]) : toset([])
  name     = each.key
}`,
    });
    expect(result.resources.map(({ address, exists }) => [address, exists?.missing])).toEqual([
      ['a_b.x["p"]', 'a value for variable on'],
      ['a_b.x["q"]', 'a value for variable on'],
    ]);
  });

  it('an unknown `for_each` of a module makes all inside uncertain', () => {
    const result = evaluateFiles({
      'main.tf': 'variable "m" {}\nmodule "n" {\n  source = "./n"\n  for_each = var.m\n}\n',
      'n/main.tf': 'resource "a_b" "x" { name = "known" }\noutput "o" { value = a_b.x.name }',
    });
    const [only] = result.resources;
    expect(only?.address).toBe('module.n[?].a_b.x');
    expect(only?.exists?.missing).toContain('a value for variable m');
    expect(jsonOf(result, 'module.n[?].a_b.x')).toEqual({ name: 'known' });
  });

  it('an unknown number of blocks is one unknown block among the known ones', () => {
    const result = evaluateFiles({
      'main.tf': `variable "rules" {}
resource "a_b" "x" {
  rule { name = "first" }
  dynamic "rule" {
    for_each = var.rules
    content { name = rule.value }
  }
}`,
    });
    expect(jsonOf(result, 'a_b.x')['rule']).toEqual([
      { name: 'first' },
      { $unknown: 'var.rules', missing: expect.stringContaining('a value for variable rules') },
    ]);
  });
});

it('the JSON body of azapi with unknown parts keeps the known ones', () => {
  const result = evaluateFiles({
    'main.tf': `resource "a_b" "x" {}
resource "azapi_resource" "y" {
  type = "Microsoft.Network/routeTables@2024-05-01"
  body = jsonencode({ properties = { known = true, open = a_b.x.id } })
}`,
  });
  expect(jsonOf(result, 'azapi_resource.y')['body']).toEqual({
    properties: {
      known: true,
      open: { $unknown: 'a_b.x.id', missing: 'the value of a_b.x.id, which an apply tells' },
    },
  });
});

describe('secrets', () => {
  it('a sensitive variable never shows its value, wherever it goes', () => {
    const result = evaluateFiles({
      'main.tf': `variable "key" {
  sensitive = true
  default   = "hunter2"
}
module "m" {
  source = "./m"
  key    = var.key
}
resource "a_b" "x" {
  a = var.key
  b = "x\${var.key}"
  c = upper(var.key)
  d = { e = [var.key] }
  f = module.m.told
}`,
      'm/main.tf': `variable "key" { sensitive = true }
output "told" {
  value     = "hunter2"
  sensitive = true
}
resource "a_b" "y" { a = var.key }`,
      'terraform.tfvars': 'key = "hunter2"',
    });
    expect(JSON.stringify(jsonOf(result, 'a_b.x'))).not.toMatch(/hunter2/i);
    expect(JSON.stringify(result.resources.map(({ values }) => [...values.members]))).not.toContain(
      'hunter2',
    );
    expect(unknownOf(member(resourceAt(result, 'a_b.x').values, 'a')!).reason).toBe('secret');
    expect(result.codes).toEqual([]);
  });

  it('a value that does not fit its type is not quoted', () => {
    const { diagnostics } = evaluateFiles({
      'main.tf': 'variable "n" { type = number }\nresource "a_b" "x" { n = var.n }',
      'terraform.tfvars': 'n = "hunter2"',
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(['terraform/variable-invalid']);
    expect(diagnostics[0]?.message).not.toContain('hunter2');
  });
});

it('values are placed at the line of the argument, items where they are written', () => {
  const result = evaluateFiles({
    'main.tf': `locals {
  list = [
    "10.0.0.0/8",
  ]
}
resource "a_b" "x" {
  for_each = toset(["k"])
  sources  = local.list
  key      = each.key
}`,
  });
  const { values, at } = resourceAt(result, 'a_b.x["k"]');
  const sources = member(values, 'sources')!;
  expect(locate(at)).toMatchObject({ line: 6, column: 1, via: ['for_each k'] });
  expect(locate(sources.at)).toMatchObject({ line: 8, column: 14 });
  expect(sources.kind === 'array' && locate(sources.items[0]!.at)).toMatchObject({
    line: 3,
    column: 5,
  });
  expect(locate(member(values, 'key')!.at)).toMatchObject({ line: 9, column: 14 });
});
