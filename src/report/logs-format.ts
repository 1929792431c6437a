import { logsCsv } from './logs-csv.ts';
import { logsHtml } from './logs-html.ts';
import { logsJson } from './logs-json.ts';
import { logsMarkdown } from './logs-markdown.ts';
import type { LogsPage } from './logs-page.ts';
import { logsText } from './logs-text.ts';
import type { Signs } from './sparkline.ts';
import type { Style } from './style.ts';

export const LOGS_FORMATS = ['text', 'json', 'csv', 'markdown', 'html'] as const;
export type LogsFormat = (typeof LOGS_FORMATS)[number];

/** A page in one of its formats. */
export function formatLogs(page: LogsPage, format: LogsFormat, style: Style, signs: Signs): string {
  switch (format) {
    case 'text':
      return logsText(page, style, signs);
    case 'json':
      return logsJson(page);
    case 'csv':
      return logsCsv(page);
    case 'markdown':
      return logsMarkdown(page, signs);
    case 'html':
      return logsHtml(page);
  }
}
