import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerQuestion, type LogsQuestion } from '../../src/cli/logs-questions-asked.ts';
import type { LogEngine } from '../../src/logs/engine.ts';
import { generateLogs, SAMPLE_PLAN } from '../../src/logs/generate/index.ts';
import { formatLogs, type LogsFormat } from '../../src/report/logs-format.ts';
import { BLOCK_SIGNS } from '../../src/report/sparkline.ts';
import { PLAIN } from '../../src/report/style.ts';
import { askingOf } from '../support/asking.ts';
import { engineOf } from '../support/log-engine.ts';
import { projectRoot } from '../support/source-tree.ts';

/** Whole reports on a day of generated logs with incidents planted. `UPDATE_GOLDEN=1` writes them anew. */
const REPORTS: readonly (readonly [file: string, question: LogsQuestion, format: LogsFormat])[] = [
  ['summary.txt', { is: 'summary' }, 'text'],
  ['summary.html', { is: 'summary' }, 'html'],
  ['denied.txt', { is: 'denied' }, 'text'],
  ['denied.md', { is: 'denied' }, 'markdown'],
  ['threats.txt', { is: 'threats' }, 'text'],
  ['snat.txt', { is: 'snat' }, 'text'],
  ['timeline.csv', { is: 'timeline', by: 'rule' }, 'csv'],
  ['top-names.json', { is: 'top', what: 'names' }, 'json'],
  ['dns.txt', { is: 'dns' }, 'text'],
  ['cost.txt', { is: 'cost' }, 'text'],
];
const FOLDER = join(projectRoot, 'tests', 'golden', 'logs', 'reports');

describe('reports on logs', () => {
  let engine: LogEngine;
  beforeAll(async () => {
    const from = Date.parse('2026-11-01T00:00:00Z') * 1000;
    const options = { seed: 1, from, to: from + 86_400e6, records: 8000, duplicateEvery: 0 };
    // Two hours of silence, so that a report shows what is missing.
    const isKept = (time: number) => time < from + 18 * 3600e6 || time >= from + 20 * 3600e6;
    const { records } = generateLogs(SAMPLE_PLAN, options);
    engine = await engineOf([...records].filter(({ time }) => isKept(time)));
  });
  afterAll(() => engine.close());

  it.each(REPORTS)('%s', async (file, question, format) => {
    const { page } = await answerQuestion(question, askingOf(engine), ['generated'], 8);
    const text = formatLogs(page, format, PLAIN, BLOCK_SIGNS);
    const path = join(FOLDER, file);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path) && readFileSync(path, 'utf8') === text ? '' : text).toBe('');
  });
});
