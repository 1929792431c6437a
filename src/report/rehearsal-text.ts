import type { Diagnostic } from '../diagnostics/index.ts';
import { diagnosticLines } from './diagnostic-text.ts';
import { count, paint, type Style, safe, wrapped } from './style.ts';

/** How a rehearsal went, before anything is said of what it made. */
export interface RehearsalSummary {
  readonly command: readonly string[];
  readonly exitCode: number;
  /** Commands of the CLI that asked the endpoint something. */
  readonly commands: number;
  readonly requests: number;
  readonly resources: number;
  /** Types stored as they came, with how many there are. */
  readonly notModelled: Readonly<Record<string, number>>;
  /** A resource group was deleted on the way: what it held was looked at all the same where nothing else is left. */
  readonly wasCleanedUp: boolean;
  readonly remarks: readonly Diagnostic[];
}

export function rehearsalText(summary: RehearsalSummary, style: Style): string {
  const { command, exitCode, commands, requests, resources, wasCleanedUp, remarks } = summary;
  const { bold, error } = paint(style);
  const ended = exitCode === 0 ? 'succeeded' : error(`failed with exit code ${exitCode}`);
  const lines = [
    '',
    wrapped(
      style,
      0,
      `${bold('rehearsed')} ${safe(command.join(' '))}: ${ended} · ${count(commands, 'az command')} · ${count(requests, 'request')} · ${count(resources, 'resource')} recorded`,
    ),
  ];
  if (wasCleanedUp && resources === 0) {
    lines.push(
      wrapped(
        style,
        1,
        'The script deletes what it made. What follows is about what was there before that.',
      ),
    );
  }
  const unknown = Object.entries(summary.notModelled);
  if (unknown.length > 0) {
    const types = unknown.map(([type, number]) => `${safe(type)} (${number})`).join(', ');
    lines.push(wrapped(style, 1, `Not modelled, stored as sent: ${types}`));
  }
  if (remarks.length > 0) lines.push('');
  for (const remark of remarks) lines.push(diagnosticLines(remark, style, 1));
  return `${lines.join('\n')}\n`;
}
