import { describe, expect, it } from 'vitest';
import { toJson } from '../../../src/values/index.ts';
import { evaluateExpression, evaluateFiles } from './evaluate-text.ts';

const resource = (value: string) => `resource "a_b" "x" {\n  v = ${value}\n}\n`;
const within = (milliseconds: number, work: () => void) => {
  const start = performance.now();
  work();
  expect(performance.now() - start).toBeLessThan(milliseconds);
};

describe('deep nesting is limited, not the stack', () => {
  const deep = 20_000;
  it.each([
    ['brackets', '['.repeat(deep)],
    ['parentheses', `${'('.repeat(deep)}1${')'.repeat(deep)}`],
    ['objects', '{a='.repeat(deep)],
    ['templates', '"${'.repeat(deep)],
    ['calls', 'f('.repeat(deep)],
    ['signs', `${'!'.repeat(deep)}true`],
    ['conditions', `${'true ? 1 : '.repeat(deep)}1`],
    ['loops', '[for a in [1] : '.repeat(deep)],
    ['splats', `x${'[*]'.repeat(deep)}`],
  ])('%s', (_, value) => {
    expect(evaluateFiles({ 'main.tf': resource(value) }).codes).toContain('terraform/too-deep');
  });

  it('long chains of operators and steps are read, and too deep to evaluate', () => {
    for (const value of [`1${' + 1'.repeat(deep)}`, `local.a${'.b'.repeat(deep)}`]) {
      const { codes } = evaluateFiles({ 'main.tf': `locals {\n  a = 1\n}\n${resource(value)}` });
      expect(codes).toContain('terraform/too-deep');
    }
  });

  it('nested blocks and directives', () => {
    const blocks = evaluateFiles({ 'main.tf': 'b {\n'.repeat(deep) });
    expect(blocks.codes.length).toBeGreaterThan(0);
    const loops = evaluateFiles({
      'main.tf': resource(`"${'%{ if true }'.repeat(deep)}${'%{ endif }'.repeat(deep)}"`),
    });
    expect(loops.codes).toContain('terraform/too-deep');
  });

  it('a chain of a thousand locals ends in an unknown, not in a crash', () => {
    const locals = Array.from(
      { length: 1000 },
      (_, index) => `  l${index + 1} = [local.l${index}]`,
    );
    const text = `locals {\n  l0 = 1\n${locals.join('\n')}\n}\n${resource('local.l1000')}`;
    expect(evaluateFiles({ 'main.tf': text }).codes).toContain('terraform/too-deep');
  });

  it('a chain of a hundred locals is evaluated', () => {
    const locals = Array.from(
      { length: 100 },
      (_, index) => `  l${index + 1} = local.l${index} + 1`,
    );
    const text = `locals {\n  l0 = 1\n${locals.join('\n')}\n}\n${resource('local.l100')}`;
    const { resources, codes } = evaluateFiles({ 'main.tf': text });
    expect(codes).toEqual([]);
    expect(toJson(resources[0]!.values)).toEqual({ v: 101 });
  });
});

describe('work is bounded', () => {
  it('lists that double are cut', () => {
    const locals = Array.from({ length: 60 }, (_, i) => `  l${i + 1} = [local.l${i}, local.l${i}]`);
    within(5_000, () => {
      const text = `locals {\n  l0 = "x"\n${locals.join('\n')}\n}\n${resource('local.l60')}`;
      expect(evaluateFiles({ 'main.tf': text }).codes).toContain('terraform/budget');
    });
  });

  it('texts that double are refused', () => {
    const locals = Array.from(
      { length: 60 },
      (_, i) => `  l${i + 1} = "\${local.l${i}}\${local.l${i}}"`,
    );
    within(5_000, () => {
      const text = `locals {\n  l0 = "xxxxxxxx"\n${locals.join('\n')}\n}\n${resource('local.l60')}`;
      expect(evaluateFiles({ 'main.tf': text }).codes).toContain('terraform/evaluation-failed');
    });
  });

  it('modules that hand on each other whole do not multiply', () => {
    const calls = Array.from(
      { length: 40 },
      (_, i) => `module "m${i + 1}" {\n  source = "./m"\n  v = [module.m${i}, module.m${i}]\n}\n`,
    );
    within(8_000, () => {
      const text = `module "m0" {\n  source = "./m"\n  v = 1\n}\n${calls.join('')}${resource('module.m40')}`;
      const { resources } = evaluateFiles({
        'main.tf': text,
        'm/main.tf': 'variable "v" {}\noutput "v" {\n  value = var.v\n}\n',
      });
      expect(JSON.stringify(toJson(resources[0]!.values)).length).toBeGreaterThan(0);
    });
  });

  it.each([
    'range(1000000000)',
    'range(0, 1, 0.0000001)',
    'setproduct(range(9000), range(9000))',
    'join("", [for a in range(5000) : [for b in range(5000) : "x"]]...)',
    '[for a in range(5000) : [for b in range(5000) : [for c in range(5000) : a]]]',
    'format("%9999s", "x")',
    'indent(999999999, "a")',
    'regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")',
    'regex("(a|a)*$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")',
    'regex("(?:a?){40}a{40}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
    'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "/((a*)*)*c/", "x")',
    'pow(10, 400)',
    'parseint("zzzzzzzzzzzzzzzzzzzzzzzzzz", 36)',
    'jsondecode("[[[[[[[[[[[[[[[[")',
    'yamldecode("a: &a [*a]")',
    'cidrsubnets("10.0.0.0/8", 30)',
  ])('%s', (expression) => {
    within(8_000, () => {
      const { value } = evaluateExpression(expression);
      expect(['unknown', 'string', 'number', 'array', 'object']).toContain(value.kind);
    });
  });

  it('a count of a billion is ten thousand instances and one that says so', () => {
    const { resources } = evaluateFiles({
      'main.tf': 'resource "a_b" "x" {\n  count = 1000000000\n}\n',
    });
    expect(resources.length).toBe(10_001);
    expect(resources.at(-1)?.exists?.missing).toBe('the instances of a_b.x beyond 10000');
  });

  it('a line of ten megabytes is read in seconds', () => {
    const items = '"10.0.0.0/8", '.repeat(700_000);
    within(20_000, () => {
      const { resources } = evaluateFiles({ 'main.tf': resource(`[${items}]`) });
      expect(resources).toHaveLength(1);
    });
  });

  it('ten megabytes of one open bracket, one quote or one comment are not read twice', () => {
    for (const text of [
      '['.repeat(10_000_000),
      `a = "${'x'.repeat(10_000_000)}`,
      '/*'.repeat(5_000_000),
    ]) {
      within(20_000, () => {
        expect(evaluateFiles({ 'main.tf': text }).codes.length).toBeGreaterThan(0);
      });
    }
  });

  it('modules inside themselves end', () => {
    const { codes } = evaluateFiles({
      'main.tf': 'module "a" {\n  source = "./a"\n}\n',
      'a/main.tf': 'module "b" {\n  source = "../b"\n}\n',
      'b/main.tf': 'module "a" {\n  source = "../a"\n}\n',
    });
    expect(codes).toEqual(['terraform/cycle']);
  });

  it('names that mean something to JavaScript are names', () => {
    const { value, codes } = evaluateExpression(
      '{ for s in ["__proto__", "constructor", "toString"] : s => 1 }',
    );
    expect(codes).toEqual([]);
    expect(Object.keys(toJson(value) as object)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(evaluateExpression('constructor("x")').codes).toEqual(['terraform/unknown-function']);
    expect(evaluateExpression('{ a = 1 }.toString').codes).toEqual(['terraform/evaluation-failed']);
  });
});
