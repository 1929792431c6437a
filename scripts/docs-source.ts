import { FACTS } from '../src/facts/index.ts';
import { CATALOGUE } from '../src/questions/check/catalogue/index.ts';

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

/** docs/facts.md: every fact with its source. */
export function factsPage(): string {
  const lines = [
    '# Facts',
    '',
    'What sallyport believes about Azure and Kubernetes, and where it was read. Generated.',
    '',
  ];
  for (const [id, { fact, source, readOn, standing }] of Object.entries(FACTS)) {
    lines.push(`### ${id}`, '', fact, '', `${standing}, read ${readOn}: ${source}`, '');
  }
  return lines.join('\n');
}

function anchor(id: string): string {
  return id.toLowerCase().replaceAll('/', '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
