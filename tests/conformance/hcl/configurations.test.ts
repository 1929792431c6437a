import { describe, expect, it } from 'vitest';
import { locate } from '../../../src/diagnostics/index.ts';
import { member, toJson } from '../../../src/values/index.ts';
import { evaluateFiles, jsonOf, resourceAt } from './evaluate-text.ts';

describe('blocks', () => {
  it('repeated blocks are a list, in the order written, single ones too', () => {
    const result = evaluateFiles({
      'main.tf': `resource "a_b" "x" {
  one { a = 1 }
  many { n = "a" }
  many {
    n = "b"
    inner { k = true }
  }
  lifecycle { ignore_changes = [tags] }
  timeouts { create = "1h" }
  provider   = azurerm.other
  depends_on = [a_b.y]
}`,
    });
    expect(result.codes).toEqual([]);
    expect(jsonOf(result, 'a_b.x')).toEqual({
      one: [{ a: 1 }],
      many: [{ n: 'a' }, { n: 'b', inner: [{ k: true }] }],
    });
  });

  it('dynamic blocks stand among the written ones, nest, and name their item', () => {
    const result = evaluateFiles({
      'main.tf': `locals {
  groups = { b = ["443"], a = ["80", "8080"] }
}
resource "a_b" "x" {
  rule { name = "first" }
  dynamic "rule" {
    for_each = local.groups
    iterator = group
    content {
      name = group.key
      dynamic "port" {
        for_each = group.value
        content {
          number = port.value
          at     = "\${group.key}\${port.key}"
        }
      }
    }
  }
  rule { name = "last" }
}
resource "a_b" "none" {
  dynamic "rule" {
    for_each = null
    content {}
  }
}`,
    });
    expect(result.codes).toEqual([]);
    expect(jsonOf(result, 'a_b.x')['rule']).toEqual([
      { name: 'first' },
      {
        name: 'a',
        port: [
          { number: '80', at: 'a0' },
          { number: '8080', at: 'a1' },
        ],
      },
      { name: 'b', port: [{ number: '443', at: 'b0' }] },
      { name: 'last' },
    ]);
    expect(jsonOf(result, 'a_b.none')['rule']).toEqual([]);
  });

  it('a dynamic block without `content` is said and unknown, never gone', () => {
    const result = evaluateFiles({
      'main.tf': 'resource "a_b" "x" {\n  dynamic "rule" {\n    for_each = [1]\n  }\n}\n',
    });
    expect(result.codes).toEqual(['terraform/malformed-block']);
    expect(JSON.stringify(jsonOf(result, 'a_b.x')['rule'])).toContain('$unknown');
  });
});

describe('override files', () => {
  it('change arguments one by one, and blocks of a type all at once', () => {
    const result = evaluateFiles({
      'override.tf': `resource "a_b" "x" {
  b = "changed"
  many { n = "only" }
}
locals { l = "late" }`,
      'main.tf': `locals { l = "early" }
resource "a_b" "x" {
  a = local.l
  b = "first"
  many { n = "1" }
  many { n = "2" }
  kept { n = "3" }
}`,
    });
    expect(result.codes).toEqual([]);
    expect(jsonOf(result, 'a_b.x')).toEqual({
      a: 'late',
      b: 'changed',
      many: [{ n: 'only' }],
      kept: [{ n: '3' }],
    });
  });
});

describe('JSON', () => {
  it('says the same as the native syntax', () => {
    const native = evaluateFiles({
      'main.tf': `locals { n = 2 }
resource "a_b" "x" {
  count = local.n
  name  = "n\${count.index}"
  list  = ["a", 1, true, null]
  rule { port = local.n + 1 }
  dynamic "each" {
    for_each = ["p"]
    content { v = each.value }
  }
}`,
    });
    const json = evaluateFiles({
      'main.tf.json': JSON.stringify({
        locals: { n: 2 },
        resource: {
          a_b: {
            x: {
              count: '\u0024{local.n}',
              name: 'n\u0024{count.index}',
              list: ['a', 1, true, null],
              rule: [{ port: '\u0024{local.n + 1}' }],
              dynamic: { each: { for_each: ['p'], content: { v: '\u0024{each.value}' } } },
            },
          },
        },
      }),
    });
    expect(json.codes).toEqual([]);
    for (const address of ['a_b.x[0]', 'a_b.x[1]']) {
      expect(jsonOf(json, address)).toEqual(jsonOf(native, address));
    }
  });

  it('expressions stand where they do in the file', () => {
    const text =
      '{\n  "resource": { "a_b": { "x": {\n    "name": "n\u0024{1 + local.none}"\n  } } }\n}\n';
    const { diagnostics } = evaluateFiles({ 'main.tf.json': text });
    expect(diagnostics.map(({ code, at }) => [code, at && locate(at)])).toEqual([
      ['terraform/unknown-name', { file: 'main.tf.json', line: 3, column: 21 }],
    ]);
  });
});

describe('modules', () => {
  it('a module that is not at hand is a gap, and its outputs are unknown with an identity', () => {
    const result = evaluateFiles({
      'main.tf': `module "net" {
  source        = "Azure/network/azurerm"
  version       = "5.3.0"
  address_space = "10.0.0.0/16"
  names         = ["a"]
}
module "gone" { source = "./gone" }
resource "a_b" "x" { id = module.net.vnet_id }`,
    });
    expect(result.gaps).toEqual([
      expect.objectContaining({
        what: 'Terraform module module.net (Azure/network/azurerm)',
        why: expect.stringMatching(/not installed.*it is given address_space, names$/),
      }),
      expect.objectContaining({ why: expect.stringContaining('not among the files given') }),
    ]);
    expect(member(resourceAt(result, 'a_b.x').values, 'id')).toMatchObject({
      kind: 'unknown',
      symbol: 'terraform:module.net#vnet_id',
    });
  });

  it('outputs of two modules may need each other, as long as none needs itself', () => {
    const result = evaluateFiles({
      'main.tf': `module "a" {
  source = "./m"
  one    = "1"
  two    = module.b.first
}
module "b" {
  source = "./m"
  one    = module.a.first
  two    = "2"
}
resource "a_b" "x" { v = [module.a.second, module.b.second] }`,
      'm/main.tf': `variable "one" {}
variable "two" {}
output "first" { value = "f\${var.one}" }
output "second" { value = "s\${var.two}" }`,
    });
    expect(result.codes).toEqual([]);
    expect(jsonOf(result, 'a_b.x')).toEqual({ v: ['sff1', 's2'] });
  });
});

describe('what Terraform would refuse', () => {
  const codesOf = (text: string, more: Readonly<Record<string, string>> = {}) =>
    evaluateFiles({ 'main.tf': text, ...more }).codes;

  it.each([
    [
      'locals {\n  a = local.b\n  b = local.a\n}\nresource "c_d" "y" {\n  v = local.a\n}',
      'terraform/cycle',
    ],
    ['resource "a_b" "x" {\n  v = a_b.x.v\n}', 'terraform/cycle'],
    ['resource "a_b" "x" {\n  v = var.none\n}', 'terraform/unknown-name'],
    ['resource "a_b" "x" {\n  v = a_b.y.id\n}', 'terraform/unknown-name'],
    ['resource "a_b" "x" {\n  v = each.key\n}', 'terraform/unknown-name'],
    ['resource "a_b" "x" {\n  v = nothing\n}', 'terraform/unknown-name'],
    ['resource "a_b" "x" {\n  v = shout("a")\n}', 'terraform/unknown-function'],
    ['resource "a_b" "x" {\n  v = upper()\n}', 'terraform/evaluation-failed'],
    ['resource "a_b" "x" {\n  count = -1\n}', 'terraform/evaluation-failed'],
    ['resource "a_b" "x" {\n  for_each = ["a"]\n}', 'terraform/evaluation-failed'],
    ['variable "v" {}\nresource "a_b" "x" {\n  v = var.v\n}', 'terraform/variable-missing'],
    ['resource "a_b" "x" {}\nresource "a_b" "x" {}', 'terraform/duplicate'],
    ['resource "a_b" "x" {\n  a = 1\n  a = 2\n}', 'terraform/duplicate'],
    ['locals {\n  a = 1\n}\nlocals {\n  a = 2\n}', 'terraform/duplicate'],
    ['resource "a_b" {\n  v = 1\n}', 'terraform/malformed-block'],
    ['resource "a_b" "x" {\n  v = 1 +\n}', 'terraform/syntax'],
    ['module "m" {\n  source = "./"\n}', 'terraform/cycle'],
    ['resource "a_b" "x" {\n  v = file("absent.txt")\n}', 'terraform/file-not-found'],
    ['resource "a_b" "x" {\n  v = file("../../etc/passwd")\n}', 'terraform/file-not-found'],
  ])('%s: %s', (text, code) => {
    expect(codesOf(text)).toEqual([code]);
  });

  it('a value of a file for a variable that is not declared is said', () => {
    expect(codesOf('', { 'terraform.tfvars': 'nobody = 1' })).toEqual([
      'terraform/variable-unused',
    ]);
  });

  it('a module that gives no value for a required variable is said', () => {
    const codes = codesOf('module "m" {\n  source = "./m"\n}\n', {
      'm/main.tf': 'variable "v" {}\nresource "a_b" "x" {\n  v = var.v\n}\n',
    });
    expect(codes).toEqual(['terraform/variable-missing']);
  });

  it('a broken argument is unknown, and all around it is read', () => {
    const result = evaluateFiles({
      'main.tf': `resource "a_b" "x" {
  good   = 1
  broken = [1, 2
  after  = 3
}

resource "a_b" "y" {
  good = 2
}
resource "a_b" "z" {
  never closed "
resource "a_b" "w" {
  good = 4
}`,
    });
    expect(jsonOf(result, 'a_b.x')).toMatchObject({
      good: 1,
      broken: { $unknown: expect.any(String) },
    });
    expect(jsonOf(result, 'a_b.y')).toEqual({ good: 2 });
    expect(jsonOf(result, 'a_b.w')).toEqual({ good: 4 });
    expect(result.gaps.map(({ what }) => what)).toContain('Terraform resource a_b.z');
    expect(result.codes.filter((code) => code !== 'terraform/syntax')).toEqual([]);
  });
});

describe('types of variables', () => {
  it('convert, default optional members and drop others, as hand calculation has it', () => {
    const result = evaluateFiles(
      {
        'main.tf': `variable "rules" {
  type = map(object({
    ports = list(string)
    open  = optional(bool)
    name  = optional(string, "none")
    inner = optional(object({ a = optional(number, 1) }), {})
  }))
}
variable "set" { type = set(number) }
variable "pair" { type = tuple([string, number]) }
resource "a_b" "x" {
  rules = var.rules
  set   = var.set
  pair  = var.pair
}`,
      },
      {
        rules: '{ r = { ports = [80, "443"], open = "true", extra = 1 } }',
        set: '["2", 1, 2]',
        pair: '[1, "2"]',
      },
    );
    expect(result.codes).toEqual([]);
    expect(jsonOf(result, 'a_b.x')).toEqual({
      rules: { r: { ports: ['80', '443'], open: true, name: 'none', inner: { a: 1 } } },
      set: [1, 2],
      pair: ['1', 2],
    });
  });

  it('blocks that describe no resource do no harm', () => {
    const result = evaluateFiles({
      'main.tf': `terraform {
  required_version = ">= 1.6"
  backend "azurerm" { key = "x" }
}
provider "azurerm" {
  features {}
}
moved {
  from = a_b.old
  to   = a_b.x
}
import {
  to = a_b.x
  id = "/subscriptions/0"
}
removed {
  from = a_b.gone
  lifecycle { destroy = false }
}
check "health" {
  assert {
    condition     = a_b.x.v == 1
    error_message = "no"
  }
}
resource "a_b" "x" {
  v = 1
}`,
    });
    expect(result.codes).toEqual([]);
    expect(result.resources.map(({ address, values }) => [address, toJson(values)])).toEqual([
      ['a_b.x', { v: 1 }],
    ]);
  });
});
