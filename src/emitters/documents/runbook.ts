import type { Network } from '../../network/index.ts';
import type { Diagram } from '../diagram/index.ts';
import { sallyport, shellBlock } from './command.ts';
import type { DocumentOptions } from './document-options.ts';
import { prose } from './markdown.ts';
import { addDestination } from './runbook-add.ts';
import { cleanUp, quarterlyAudit } from './runbook-audit.ts';
import { egressTest, failover } from './runbook-failures.ts';
import { logsAndDenials } from './runbook-logs.ts';
import { renewals, rotation } from './runbook-renewals.ts';

/** How to operate this perimeter: what to run, when, and what the answer means. */
export function runbook(
  network: Network,
  diagram: Diagram,
  header: string,
  { paths = ['.'], today }: DocumentOptions,
): string {
  const lines = [
    `# Runbook: ${prose(diagram.topology.title)}`,
    '',
    header,
    '',
    'Commands are run where the files of the perimeter lie. They read and never change anything; exit code 0 means it holds, 1 that it does not or cannot be told, 2 bad input.',
    '',
    ...shellBlock([sallyport(paths, 'import'), sallyport(paths, 'check')]),
    ...egressTest(network, paths),
    ...addDestination(network, paths),
    ...renewals(network, paths, today),
    ...rotation(network, paths),
    ...failover(network, paths),
    ...logsAndDenials(network),
    ...quarterlyAudit(network, paths),
    ...cleanUp(network),
  ];
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}
