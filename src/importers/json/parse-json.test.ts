import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate, sourceText } from '../../diagnostics/index.ts';
import { type Member, toJson, type Value } from '../../values/index.ts';
import { parseJson } from './index.ts';

function read(text: string, depthMax?: number) {
  const limits = depthMax === undefined ? {} : { depthMax };
  const { value, diagnostics } = parseJson(text, sourceText('x.json', text), limits);
  const problems = diagnostics.map((diagnostic) => {
    const { line, column } = locate(diagnostic.at!);
    return `${diagnostic.code} ${line}:${column}`;
  });
  return { value, json: value === undefined ? undefined : toJson(value), problems, diagnostics };
}

const lost = expect.objectContaining({ missing: expect.stringContaining('cannot be read') });

describe('accepted JSON', () => {
  it('what JSON.stringify writes is read back, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        const { value, problems } = read(text);
        const hasCaseTwins = problems.some((problem) => problem.startsWith('json/duplicate-key'));
        if (!hasCaseTwins) expect(toJson(value!)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('a byte order mark, comments, CRLF and trailing commas are no problems', () => {
    const text =
      '\ufeff// head\r\n{\r\n  /* a */ "a": [1, 2,], // b\r\n  "b": {"c": null,},\r\n}\r\n// end';
    expect(read(text)).toMatchObject({ json: { a: [1, 2], b: { c: null } }, problems: [] });
  });

  it('strings run over lines, as expressions in templates do', () => {
    expect(read('{"a": "[concat(\n  \'x\')]"}').json).toEqual({ a: "[concat(\n  'x')]" });
  });

  it('escapes are decoded, lone surrogates kept', () => {
    const text = String.raw`["\u00e4\n\t\"\\\/", "\ud83d\ude00", "\ud800"]`;
    expect(read(text)).toMatchObject({ json: ['ä\n\t"\\/', '😀', '\ud800'], problems: [] });
  });

  it('a member called __proto__ is a member', () => {
    const { value } = read('{"__proto__": {"polluted": true}}');
    const members = (value as Value & { kind: 'object' }).members as ReadonlyMap<string, Member>;
    expect([...members.keys()]).toEqual(['__proto__']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('every value and every name has its place', () => {
    const text = '{\n  "a": {"b": [true, "x"]}\n}';
    const { value } = read(text);
    const a = (value as Value & { kind: 'object' }).members.get('a')!;
    const b = (a.value as Value & { kind: 'object' }).members.get('b')!;
    const second = (b.value as Value & { kind: 'array' }).items[1]!;
    expect([a.at, a.value.at, b.value.at, second.at].map((at) => locate(at).column)).toEqual([
      3, 8, 14, 21,
    ]);
  });
});

describe('broken JSON', () => {
  it('text that breaks off says where, and what is missing is unknown, not empty', () => {
    const { json, problems, diagnostics } = read('{\n  "rules": [\n    {"name": "a"},\n');
    expect(json).toEqual({ rules: [{ name: 'a' }, lost] });
    expect(problems).toEqual(['json/syntax 4:1']);
    expect(diagnostics[0]?.message).toBe(
      'the text ends inside the array opened on line 2; expected an item or `]`',
    );
    expect(diagnostics[0]?.hint).toContain('cut off');
  });

  it('half a text and half a number are not taken for the whole', () => {
    expect(read('{"a": "10.0.0.0/1').json).toEqual({ a: lost });
    expect(read('{"a": 10').json).toEqual({ a: lost });
    expect(read('{"a":').json).toEqual({ a: lost });
    expect(read('{"a"').json).toEqual({ a: lost });
  });

  it('a missing comma, a missing value and a stray word are located; the rest is read', () => {
    expect(read('{"a": 1 "b": 2}')).toMatchObject({
      json: { a: 1, b: 2 },
      problems: ['json/syntax 1:9'],
    });
    expect(read('[1,,2]').json).toEqual([1, lost, 2]);
    expect(read('{"a": , "b": 2}')).toMatchObject({ json: { a: lost, b: 2 } });
    expect(read('{"a": maybe, "b": 2}').json).toMatchObject({ a: { $unknown: 'maybe' }, b: 2 });
  });

  it('a wrong closing bracket closes what it can', () => {
    expect(read('{"a": [1}, "b": 2}').problems[0]).toBe('json/syntax 1:9');
    expect(read('{"a": [1}').json).toEqual({ a: [1, lost] });
  });

  it('single quotes and bare names are errors with an obvious meaning', () => {
    const { json, problems } = read("{a: 'x'}");
    expect(json).toEqual({ a: 'x' });
    expect(problems).toEqual(['json/syntax 1:2', 'json/syntax 1:5']);
  });

  it('nothing at all is no value', () => {
    expect(read('')).toMatchObject({ value: undefined, problems: ['json/syntax 1:1'] });
    expect(read(' // only a comment').value).toBeUndefined();
    expect(read('}').value).toBeUndefined();
  });

  it('text behind the value is an error', () => {
    expect(read('{} {}')).toMatchObject({ json: {}, problems: ['json/syntax 1:4'] });
  });

  it('a key written twice is a warning and the last one counts', () => {
    const { json, diagnostics } = read('{\n "a": 1,\n "a": 2}');
    expect(json).toEqual({ a: 2 });
    expect(diagnostics[0]).toMatchObject({ code: 'json/duplicate-key', severity: 'warning' });
    expect(diagnostics[0]?.message).toContain('line 2');
  });

  it('ARM-01: keys that differ in case only are the same key', () => {
    const { json, problems } = read('{"Name": 1, "name": 2}');
    expect(json).toEqual({ name: 2 });
    expect(problems).toEqual(['json/duplicate-key 1:13']);
  });

  it('500 levels are read, 100,000 are refused with a place and without a crash', () => {
    expect(read(`${'['.repeat(500)}${']'.repeat(500)}`).problems).toEqual([]);
    const deep = read(`{"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}, "b": 2}`);
    expect(deep.problems).toEqual(['json/too-deep 1:606']);
    expect(deep.json).toMatchObject({ b: 2 });
    expect(read('['.repeat(100_000)).problems[0]).toBe('json/too-deep 1:601');
  });

  it('cut and mangled text never throws, and is an error or whole', () => {
    const whole = JSON.stringify({ a: [1, { b: 'x\n', c: [true, null, -1.5e3] }], d: { e: {} } });
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '/', '/*', "'", '\u0000'),
        fc.nat(3),
        (at, inserted, removed) => {
          const text = whole.slice(0, at) + inserted + whole.slice(at + removed);
          const { problems } = read(text);
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          if (isJson) expect(problems.filter((problem) => !problem.includes('dup'))).toEqual([]);
          read(whole.slice(0, at));
        },
      ),
      { numRuns: 500 },
    );
    for (let length = 1; length < whole.length; length += 1) {
      expect(read(whole.slice(0, length)).problems.length).toBeGreaterThan(0);
    }
  });
});
