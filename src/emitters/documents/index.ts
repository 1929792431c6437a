import type { Network } from '../../network/index.ts';
import { type DiagramOptions, diagramOf } from '../diagram/index.ts';
import { headerText } from '../diagram/network-emitter.ts';
import { architecturePage } from './architecture-page.ts';
import type { DocumentOptions, TeamDocument } from './document-options.ts';
import { runbook } from './runbook.ts';

export type { DocumentFinding, DocumentOptions, TeamDocument } from './document-options.ts';
export { DOCUMENTS } from './emit-documents.ts';

/**
 * An architecture page and a runbook, in Markdown, all of it derived from the snapshot. Says from which input it was made
 * (iac-formats 10: a checksum, no date), so that an old page can be told from a new one.
 */
export function documentsOf(
  network: Network,
  options: DocumentOptions & { readonly diagram?: DiagramOptions } = {},
): readonly TeamDocument[] {
  const diagram = diagramOf(network, options.diagram);
  const header = `<!-- ${headerText(network, options.tool ?? 'sallyport')} -->`;
  return [
    { path: 'architecture.md', text: architecturePage(network, diagram, header, options) },
    { path: 'runbook.md', text: runbook(network, diagram, header, options) },
  ];
}
