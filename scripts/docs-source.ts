import { z } from 'zod';
import { DIAGNOSTIC_CODES } from '../src/diagnostics/index.ts';
import { FACTS, type FactId } from '../src/facts/index.ts';
import { DEFAULTS, type Default, PERIMETER_SCHEMA } from '../src/intent/index.ts';
import { CATALOGUE, CONFIGURATION_SCHEMA } from '../src/questions/check/index.ts';
import { EXPECT_SCHEMA, EXPECTATION_KINDS } from '../src/questions/expect/index.ts';
import { factPins } from '../tests/support/fact-pins.ts';

/** Reference predicates that no configuration can decide, and why. Everything else is covered by a check. */
const NOT_DECIDABLE: Readonly<Record<string, string>> = {
  'FW-16': 'concurrent updates are a matter of how a deployment runs, not of what it leaves behind',
  'FW-17': 'removal by omission shows only between two deployments (a later `diff`)',
  'FW-18': 'a matter of how generators order their output',
  'FW-22': 'idle time-outs need the application’s behaviour',
  'FW-33': 'a property of the service tag file, honoured by the reader',
  'FW-34': 'needs the Host header clients send',
  O1: 'needs logs',
  O4: 'needs metrics; the static half is firewall/few-public-addresses',
  O6: 'needs a live inventory',
};

/** docs/checks.md: every check, by area. */
export function checksPage(): string {
  const sorted = [...CATALOGUE].sort((a, b) => (a.id < b.id ? -1 : 1));
  const lines = [
    '# Checks',
    '',
    `Generated from the catalogue: ${sorted.length} checks. \`sallyport check --explain ID\` prints one.`,
    '',
    '| check | severity | what holds |',
    '| --- | --- | --- |',
    ...sorted.map(
      ({ id, severity, title }) => `| [\`${id}\`](#${anchor(id)}) | ${severity} | ${cell(title)} |`,
    ),
    '',
  ];
  for (const check of sorted) {
    lines.push(
      `## ${check.id}`,
      '',
      `*${check.severity}.* ${check.title}`,
      '',
      check.explanation,
      '',
      `**Fix.** ${check.fix}`,
      '',
      `Sources: ${check.facts.map((id) => `[${id}](facts.md#${id.toLowerCase()})`).join(', ')}. Covers: ${check.covers.join(', ')}.`,
      '',
    );
  }
  lines.push(
    '## What no configuration can decide',
    '',
    '| predicate | why |',
    '| --- | --- |',
    ...Object.entries(NOT_DECIDABLE).map(([id, why]) => `| ${id} | ${why} |`),
    '',
  );
  return lines.join('\n');
}

/** docs/facts.md: every fact with its source, and the tests that hold us to it. */
export function factsPage(): string {
  const pins = factPins();
  const lines = [
    '# Facts',
    '',
    'What sallyport believes about Azure and Kubernetes, where it was read, and the tests whose names carry the',
    'fact. Generated. `documented`: the vendor says so. `observed`: seen in practice. `inferred`: follows from what is',
    'documented. `uncertain`: sources disagree, and answers that need it are unknown.',
    '',
  ];
  for (const [id, { fact, source, readOn, standing }] of Object.entries(FACTS)) {
    const tests = (pins.get(id as FactId) ?? []).map((path) => `[${path}](../${path})`);
    lines.push(
      `### ${id}`,
      '',
      fact,
      '',
      `${standing}, read ${readOn}: ${source}`,
      '',
      ...(tests.length > 0 ? [`Pinned by ${tests.join(', ')}.`, ''] : []),
    );
  }
  return lines.join('\n');
}

/** docs/diagnostics.md: every code that a message about the input may carry. */
export function diagnosticsPage(): string {
  const codes = Object.entries(DIAGNOSTIC_CODES).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    '# Diagnostics',
    '',
    'What a message about the input can say, by its code. Generated.',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...codes.map(([code, meaning]) => `| \`${code}\` | ${cell(meaning)} |`),
    '',
  ].join('\n');
}

/** docs/sallyport.schema.json: editors complete and check `sallyport.yaml` by it. */
export function configurationSchema(): string {
  const schema = z.toJSONSchema(CONFIGURATION_SCHEMA, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'sallyport.yaml' }, undefined, 2)}\n`;
}

/** schemas/perimeter-expect.schema.json: the same for a `perimeter.yaml` that only expects, one kind an entry. */
export function expectSchema(): string {
  const schema = oneKindAnEntry(EXPECT_SCHEMA);
  return `${JSON.stringify({ ...schema, title: 'perimeter.yaml' }, undefined, 2)}\n`;
}

/** schemas/perimeter.schema.json: a whole page of intent, or one that only expects. */
export function perimeterSchema(): string {
  const { required, ...schema } = oneKindAnEntry(PERIMETER_SCHEMA);
  const anyOf = [{ required }, { propertyNames: { const: 'expect' } }];
  return `${JSON.stringify({ ...schema, anyOf, title: 'perimeter.yaml' }, undefined, 2)}\n`;
}

function oneKindAnEntry(schema: z.ZodType) {
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      const { properties } = jsonSchema;
      if (properties === undefined || !EXPECTATION_KINDS.every((kind) => kind in properties))
        return;
      jsonSchema.oneOf = EXPECTATION_KINDS.map((kind) => ({ required: [kind] }));
    },
  });
}

/** docs/perimeter-defaults.md: what stands where a page says nothing, and why. */
export function defaultsPage(): string {
  const rows = Object.entries<Default>(DEFAULTS).map(([key, { value, why, source }]) => {
    const text = Array.isArray(value) ? JSON.stringify(value) : String(value);
    return `| \`${key}\` | \`${text}\` | ${cell(why)} | ${source} |`;
  });
  return [
    '# Defaults of perimeter.yaml',
    '',
    'What stands where a page says nothing: the secure baseline of 2026, each with its reason. Generated.',
    '',
    '| key | value | why | reference |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function anchor(id: string): string {
  return id.toLowerCase().replaceAll('/', '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
