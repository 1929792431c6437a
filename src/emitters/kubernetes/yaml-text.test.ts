import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Yaml, yamlLines, yamlString } from './yaml-text.ts';

const text = (value: Yaml) => yamlLines(value).join('\n');
const both = (yaml: string) => [parse(yaml, { version: '1.1' }), parse(yaml, { version: '1.2' })];

describe('manifests mean the same to every reader', () => {
  it.each([
    ...['on', 'off', 'y', 'N', 'Yes', 'no', 'true', 'null', '~', '', ' ', '0123', '0x10', '1_000'],
    ...[
      '1e3',
      '12:30:45',
      '2026-11-21',
      '.5',
      '-',
      '- a',
      'a: b',
      'a #b',
      '#a',
      '*a',
      '&a',
      '!a',
      '%a',
      '@a',
    ],
    ...[
      '`a',
      "it's",
      '"q"',
      '{a}',
      '[a]',
      'a\tb',
      'x\u0085y',
      '\u2028',
      '\ufeff',
      '10.0.0.0/8',
      'NaN',
      '=',
      '<<',
    ],
    ...[
      'line\nline',
      'line\nline\n',
      '\nstart',
      'end\n\n',
      ' indented\nx',
      'trailing \nx',
      'a\r\nb',
      '---',
      'é ü 漢',
    ],
  ])('the text %j stays this text, for YAML 1.1 and 1.2', (value) => {
    expect(both(yamlString(value))).toEqual([value, value]);
    const member = both(
      text({
        entries: [
          ['key', value],
          ['next', [value, 'x']],
        ],
      }),
    );
    expect(member).toEqual([
      { key: value, next: [value, 'x'] },
      { key: value, next: [value, 'x'] },
    ]);
  });

  it('names of members are quoted like values', () => {
    expect(
      both(
        text({
          entries: [
            ['on', 1],
            ['0123', true],
            ['a b', null],
          ],
        }),
      ),
    ).toEqual([
      { on: 1, '0123': true, 'a b': null },
      { on: 1, '0123': true, 'a b': null },
    ]);
  });

  it('lists stand at the level of their key, and empty ones are written out', () => {
    const ports: Yaml = [
      {
        entries: [
          ['port', 80],
          ['names', ['a']],
        ],
      },
    ];
    expect(
      text({
        entries: [
          ['ports', ports],
          ['none', []],
          ['all', { entries: [] }],
        ],
      }),
    ).toBe(['ports:', '- port: 80', '  names:', '  - a', 'none: []', 'all: {}'].join('\n'));
  });
});
